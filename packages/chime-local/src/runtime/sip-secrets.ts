import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createServerCertificate } from '#media-edge';
import { systemIds } from '#platform';

/**
 * Secrets for telephones. They are kept in the data folder, so that phones need not be set up again at each
 * start.
 */

const PASSWORD_BYTES = 8;

/** The password for phones that register from the network. */
export function keptPassword(dataDirectory: string): string {
  const file = path.join(dataDirectory, 'sip-password');
  return readKept(file) ?? keep(file, systemIds.hex(PASSWORD_BYTES));
}

export interface KeptCertificate {
  readonly cert: string;
  readonly key: string;
  /** The file that a phone can be set to trust. */
  readonly file: string;
}

/** The self-signed certificate of SIP over TLS for these addresses. If an address changes, a new one is made. */
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

/** Writes a file that only its owner can read. */
function keep(file: string, text: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return text;
}
