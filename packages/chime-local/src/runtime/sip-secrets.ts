import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createServerCertificate } from '#media-edge';
import { systemIds } from '#platform';

/** What telephones are shown or must know, kept in the data folder so that they need not be told anew at each start. */

const PASSWORD_BYTES = 8;

/** The password of phones that register from the network. */
export function keptPassword(dataDirectory: string): string {
  const file = path.join(dataDirectory, 'sip-password');
  return readKept(file) ?? keep(file, systemIds.hex(PASSWORD_BYTES));
}

export interface KeptCertificate {
  readonly cert: string;
  readonly key: string;
  /** The file that a phone can be told to trust. */
  readonly file: string;
}

/** The certificate of SIP over TLS: signed by itself, for these addresses. Another address makes another one. */
export function keptCertificate(dataDirectory: string, hosts: readonly string[]): KeptCertificate {
  const folder = path.join(dataDirectory, 'sip-tls');
  const files = {
    cert: path.join(folder, 'cert.pem'),
    key: path.join(folder, 'key.pem'),
    hosts: path.join(folder, 'hosts'),
  };
  const named = hosts.join(' ');
  const [cert, key] = [readKept(files.cert), readKept(files.key)];
  if (cert !== undefined && key !== undefined && readKept(files.hosts) === named) {
    return { cert, key, file: files.cert };
  }
  const made = createServerCertificate(hosts);
  keep(files.hosts, named);
  return { cert: keep(files.cert, made.cert), key: keep(files.key, made.key), file: files.cert };
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** For its owner's eyes alone. */
function keep(file: string, text: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return text;
}
