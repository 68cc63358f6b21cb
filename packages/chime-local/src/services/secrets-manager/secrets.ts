/** The secrets of the account and their versions. Source: AWS Secrets Manager API reference. */
import type { Clock, Collection, Ids, Journal } from '#platform';
import { ApiError } from '../rest/api-error.ts';

export interface SecretValue {
  text?: string | undefined;
  /** Binary data in Base64. */
  binary?: string | undefined;
}

interface SecretVersion extends SecretValue {
  id: string;
  stages: string[];
  createdAt: number;
}

export interface SecretRecord {
  name: string;
  arn: string;
  description?: string | undefined;
  tags: Record<string, string>;
  versions: SecretVersion[];
  createdAt: number;
  changedAt: number;
  /** When the secret is deleted for good. Until then it cannot be used. */
  deleteAt?: number | undefined;
}

/** Maximum size of a secret in bytes. Quotas: 65,536. */
const MAX_BYTES = 65_536;
/** Maximum number of versions kept per secret; versions with a stage are always kept. Quotas: about 100. */
const MAX_VERSIONS = 20;
const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const NAME = /^[\w/+=.@-]{1,512}$/;

export interface SecretsOptions {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  accountId: string;
  region: string;
}

const notFound = (): ApiError =>
  new ApiError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
export const invalid = (message: string): ApiError => new ApiError(400, 'InvalidParameterException', message);

export class Secrets {
  readonly #options: SecretsOptions;
  readonly #secrets: Collection<SecretRecord>;

  constructor(options: SecretsOptions) {
    this.#options = options;
    this.#secrets = options.journal.collection('secrets');
  }

  /** Finds a secret by name, by ARN, or by ARN without the hyphen and six characters at its end. */
  find(named: string): SecretRecord | undefined {
    const now = this.#options.clock.now();
    for (const { name, deleteAt } of this.#secrets.values()) {
      if (deleteAt !== undefined && deleteAt <= now) this.#secrets.delete(name);
    }
    if (!named.startsWith('arn:')) return this.#secrets.get(named);
    return this.#secrets.values().find(({ arn }) => arn === named || arn.slice(0, -7) === named);
  }

  /** @throws ApiError if the secret does not exist */
  get(named: string): SecretRecord {
    const secret = this.find(named);
    if (!secret) throw notFound();
    return secret;
  }

  list(): SecretRecord[] {
    return this.#secrets.values().filter(({ deleteAt }) => deleteAt === undefined);
  }

  /** @throws ApiError */
  create(
    name: string,
    value: SecretValue | undefined,
    more: {
      description?: string | undefined;
      tags?: Record<string, string>;
      versionId?: string | undefined;
    } = {},
  ): SecretRecord {
    if (!NAME.test(name))
      throw invalid(
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      );
    if (this.find(name)) {
      const message = `The operation failed because the secret ${name} already exists.`;
      throw new ApiError(400, 'ResourceExistsException', message);
    }
    const { ids, clock, region, accountId } = this.#options;
    const now = clock.now();
    const arn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${ids.hex(3)}`;
    const empty: SecretRecord = {
      name,
      arn,
      description: more.description,
      tags: more.tags ?? {},
      versions: [],
      createdAt: now,
      changedAt: now,
    };
    const secret = value ? this.#withVersion(empty, value, more.versionId, [CURRENT]) : empty;
    this.#secrets.set(name, secret);
    return secret;
  }

  /** Adds a version, which becomes the current one by default, and returns it. @throws ApiError */
  putValue(
    named: string,
    value: SecretValue,
    versionId?: string,
    stages: string[] = [CURRENT],
  ): SecretVersion {
    const secret = this.#withVersion(this.#inUse(named), value, versionId, stages);
    this.#secrets.set(secret.name, secret);
    return secret.versions.at(-1) as SecretVersion;
  }

  update(secret: SecretRecord): void {
    this.#secrets.set(secret.name, { ...secret, changedAt: this.#options.clock.now() });
  }

  /** @throws ApiError if there is no such version */
  value(named: string, versionId?: string, stage = CURRENT): SecretRecord & { version: SecretVersion } {
    const secret = this.#inUse(named);
    const version = secret.versions.find(({ id, stages }) =>
      versionId ? id === versionId : stages.includes(stage),
    );
    if (version) return { ...secret, version };
    const which = versionId ? `VersionId: ${versionId}` : `staging label: ${stage}`;
    throw new ApiError(
      400,
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${which}`,
    );
  }

  /** Deletes a secret after the given number of days, or immediately if `days` is undefined. */
  delete(named: string, days?: number): SecretRecord & { deleteAt: number } {
    const secret = this.get(named);
    const deleteAt = this.#options.clock.now() + (days ?? 0) * 24 * 3_600_000;
    if (days === undefined) this.#secrets.delete(secret.name);
    else this.#secrets.set(secret.name, { ...secret, deleteAt });
    return { ...secret, deleteAt };
  }

  restore(named: string): SecretRecord {
    const { deleteAt: _, ...secret } = this.get(named);
    this.#secrets.set(secret.name, secret);
    return secret;
  }

  #inUse(named: string): SecretRecord {
    const secret = this.get(named);
    if (secret.deleteAt === undefined) return secret;
    throw new ApiError(
      400,
      'InvalidRequestException',
      'You can’t perform this operation on the secret because it was marked for deletion.',
    );
  }

  #withVersion(
    secret: SecretRecord,
    value: SecretValue,
    versionId: string | undefined,
    stages: string[],
  ): SecretRecord {
    const bytes = Buffer.byteLength(value.text ?? '') + Buffer.byteLength(value.binary ?? '', 'base64');
    if (bytes > MAX_BYTES) throw invalid(`The secret value has ${bytes} bytes; ${MAX_BYTES} are allowed`);
    const id = versionId ?? this.#options.ids.guid();
    const now = this.#options.clock.now();
    const moved = secret.versions
      .filter((version) => version.id !== id)
      .map((version) => {
        const left = version.stages.filter((stage) => !stages.includes(stage) && stage !== PREVIOUS);
        const was = version.stages.includes(CURRENT) && stages.includes(CURRENT);
        const keeps = !stages.includes(CURRENT) && version.stages.includes(PREVIOUS);
        return { ...version, stages: was || keeps ? [...left, PREVIOUS] : left };
      });
    const kept = moved.filter(({ stages: own }, n) => own.length > 0 || n >= moved.length - MAX_VERSIONS);
    return { ...secret, versions: [...kept, { ...value, id, stages, createdAt: now }], changedAt: now };
  }
}
