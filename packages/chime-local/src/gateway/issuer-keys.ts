import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { Ids, Log } from '#platform';

/** The data by which the issuer keeps its identity over restarts. */
export interface IssuerKeys {
  privateKey: CryptoKey;
  keyId: string;
  /** The public key as the key set shows it. */
  publicJwk: JWK;
  /** Subject (`sub`) of the only user. */
  subject: string;
}

/** File mode: only the owner may read the key, because whoever has it can sign in as anyone. */
const MODE = 0o600;
const FILE = 'issuer-key.json';

/** Reads the key from the data folder, or generates one (once, half a second). */
export async function loadIssuerKeys(dataDir: string, ids: Ids, log: Log): Promise<IssuerKeys> {
  const path = join(dataDir, FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`The sign-in key ${path} cannot be read (${error.code}); make it readable or delete it`);
  });
  if (text !== undefined) {
    try {
      await chmod(path, MODE);
      return await keysFrom(JSON.parse(text));
    } catch {
      log.warn('The sign-in key is damaged and is made anew; open pages must sign in again', { path });
    }
  }
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const stored = { privateKey: await exportJWK(privateKey), subject: ids.guid() };
  await mkdir(dataDir, { recursive: true });
  await writeAtomically(path, JSON.stringify(stored));
  return keysFrom(stored);
}

async function keysFrom(stored: { privateKey: JWK; subject: string }): Promise<IssuerKeys> {
  const { kty, n, e } = stored.privateKey;
  if (!kty || !n || !e || typeof stored.subject !== 'string') throw new Error('incomplete');
  const keyId = await calculateJwkThumbprint({ kty, n, e });
  const privateKey = await importJWK({ ...stored.privateKey, alg: 'RS256' }, 'RS256');
  if (privateKey instanceof Uint8Array || privateKey.type !== 'private') throw new Error('no private key');
  return {
    privateKey,
    keyId,
    publicJwk: { kty, n, e, alg: 'RS256', use: 'sig', kid: keyId },
    subject: stored.subject,
  };
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', MODE);
  try {
    await file.chmod(MODE);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
