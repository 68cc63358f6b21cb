import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Ids } from '#platform';
import type { CredentialLookup } from '../ports.ts';

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Random bytes in each part of a credential, which is written in hexadecimal. */
const KEY_ID_BYTES = 8;
const SECRET_BYTES = 20;
const TOKEN_BYTES = 32;

/**
 * The keys that may sign requests to the emulated AWS APIs: those of the person at the machine (kept in the
 * data folder, so that variables exported in a shell stay valid) and those of each function's role (new at
 * every start).
 */
export class Credentials {
  readonly operator: AccessKey;
  readonly #ids: Ids;
  readonly #accountId: string;
  readonly #byKeyId = new Map<string, AccessKey & { arn: string; until?: number }>();
  /** The current access key id of each function. */
  readonly #ofFunctions = new Map<string, string>();
  readonly #now: () => number;

  constructor(dataDirectory: string, accountId: string, ids: Ids, now: () => number = Date.now) {
    this.#now = now;
    this.#ids = ids;
    this.#accountId = accountId;
    this.operator = keptKey(path.join(dataDirectory, 'credentials.json'), ids);
    this.#byKeyId.set(this.operator.accessKeyId, {
      ...this.operator,
      arn: `arn:aws:iam::${accountId}:user/operator`,
    });
  }

  /**
   * Issues temporary credentials for a function's role. The function's previous credentials become invalid.
   */
  issue(functionName: string, roleArn?: string): Required<AccessKey> {
    this.revoke(functionName);
    const roleName = roleArn?.slice(roleArn.lastIndexOf('/') + 1) ?? functionName;
    const key = this.assume(roleName, functionName);
    this.#ofFunctions.set(functionName, key.accessKeyId);
    return key;
  }

  /** Revokes the credentials of a function that was deleted. */
  revoke(functionName: string): void {
    const keyId = this.#ofFunctions.get(functionName);
    if (keyId) this.#byKeyId.delete(keyId);
    this.#ofFunctions.delete(functionName);
  }

  /** Issues temporary credentials for a session of a role. */
  assume(roleName: string, sessionName: string, lifetimeMs = Number.POSITIVE_INFINITY): Required<AccessKey> {
    const key = {
      accessKeyId: `ASIA${this.#ids.hex(KEY_ID_BYTES).toUpperCase()}`,
      secretAccessKey: this.#ids.hex(SECRET_BYTES),
      sessionToken: this.#ids.hex(TOKEN_BYTES),
    };
    const arn = `arn:aws:sts::${this.#accountId}:assumed-role/${roleName}/${sessionName}`;
    this.#byKeyId.set(key.accessKeyId, { ...key, arn, until: this.#now() + lifetimeMs });
    return key;
  }

  readonly lookup: CredentialLookup = (accessKeyId) => {
    const known = this.#byKeyId.get(accessKeyId);
    if (known?.until === undefined || known.until > this.#now()) return known;
    this.#byKeyId.delete(accessKeyId);
    return undefined;
  };
}

function keptKey(file: string, ids: Ids): AccessKey {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as AccessKey;
  const key = {
    accessKeyId: `AKIA${ids.hex(KEY_ID_BYTES).toUpperCase()}`,
    secretAccessKey: ids.hex(SECRET_BYTES),
  };
  writeFileSync(file, JSON.stringify(key), { mode: 0o600 });
  return key;
}
