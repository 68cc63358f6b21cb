import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { type CertificateAuthority, createCertificateAuthority, isPair } from '#media-edge';

export interface KeptAuthority {
  authority: CertificateAuthority;
  /** The authority's own certificate, for clients that add it to those they trust. */
  certificateFile: string;
  /** The certificate together with the usual authorities', for clients that trust only one file. */
  bundleFile: string;
}

/** The authority that functions trust for AWS's names. It is kept on disk, so that a shell may trust it, too. */
export function keptAuthority(dataDirectory: string): KeptAuthority {
  const folder = path.join(dataDirectory, 'aws-tls');
  const file = (name: string): string => path.join(folder, name);
  const kept = { cert: read(file('ca.pem')), key: read(file('ca-key.pem')) };
  const known = isPair(kept) ? kept : undefined;
  const authority = createCertificateAuthority(known);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!known) {
    writeFileSync(file('ca.pem'), authority.cert, { mode: 0o600 });
    writeFileSync(file('ca-key.pem'), authority.key, { mode: 0o600 });
  }
  const bundle = `${authority.cert}${rootCertificates.join('\n')}\n`;
  if (read(file('bundle.pem')) !== bundle) writeFileSync(file('bundle.pem'), bundle, { mode: 0o600 });
  return { authority, certificateFile: file('ca.pem'), bundleFile: file('bundle.pem') };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
