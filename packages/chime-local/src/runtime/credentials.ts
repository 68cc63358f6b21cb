import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CredentialLookup } from '#aws';
import type { Ids } from '#platform';

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Random bytes of the parts of a credential, in hexadecimal. */
const KEY_ID_BYTES = 8;
const SECRET_BYTES = 20;
const TOKEN_BYTES = 32;

/**
 * Who may sign requests to the emulated AWS APIs: the person at the machine (kept in the data folder, so that
 * a shell's exported variables go on working) and each function's role (new at every start).
 */
export class Credentials {
  readonly operator: AccessKey;
  readonly #ids: Ids;
  readonly #accountId: string;
  readonly #byKeyId = new Map<string, AccessKey & { arn: string }>();

  constructor(dataDirectory: string, accountId: string, ids: Ids) {
    this.#ids = ids;
    this.#accountId = accountId;
    this.operator = keptKey(path.join(dataDirectory, 'credentials.json'), ids);
    this.#byKeyId.set(this.operator.accessKeyId, {
      ...this.operator,
      arn: `arn:aws:iam::${accountId}:user/operator`,
    });
  }

  /** Temporary credentials of a function's role. */
  issue(functionName: string): Required<AccessKey> {
    const key = {
      accessKeyId: `ASIA${this.#ids.hex(KEY_ID_BYTES).toUpperCase()}`,
      secretAccessKey: this.#ids.hex(SECRET_BYTES),
      sessionToken: this.#ids.hex(TOKEN_BYTES),
    };
    const arn = `arn:aws:sts::${this.#accountId}:assumed-role/${functionName}/${functionName}`;
    this.#byKeyId.set(key.accessKeyId, { ...key, arn });
    return key;
  }

  readonly lookup: CredentialLookup = (accessKeyId) => this.#byKeyId.get(accessKeyId);
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
