/** AWS Secrets Manager: the API of the secrets. */
import { randomInt } from 'node:crypto';
import type { AwsService } from '../ports.ts';
import { createJsonService, type JsonInput, type JsonOperation, textOf } from '../rest/json-service.ts';
import { objectList, optionalText, textList, wholeNumber } from '../rest/members.ts';
import { pageOf } from '../rest/paging.ts';
import { invalid, type SecretRecord, type Secrets, type SecretValue } from './secrets.ts';

/** Maximum number of secrets per page. API reference, ListSecrets. */
const PAGE = 100;
/** Default recovery window of a deleted secret in days. API reference, DeleteSecret. */
const RECOVERY_DAYS = 30;

export function createSecretsManager({ secrets }: { secrets: Secrets }): AwsService {
  const arnsOf = ({ SecretId, SecretIdList }: JsonInput): string[] =>
    [SecretId, SecretIdList]
      .flat()
      .flatMap((named) => (typeof named === 'string' ? [secrets.find(named)?.arn ?? named] : []));
  const operations = { ...values(secrets), ...descriptions(secrets), ...tags(secrets) };
  return createJsonService('Secrets Manager', ['secretsmanager'], operations, arnsOf);
}

function secretValue(input: JsonInput): SecretValue | undefined {
  const text = optionalText(input, 'SecretString');
  const binary = optionalText(input, 'SecretBinary');
  if (text !== undefined && binary !== undefined)
    throw invalid('You can’t specify both SecretString and SecretBinary.');
  return text === undefined && binary === undefined ? undefined : { text, binary };
}

function values(secrets: Secrets): Record<string, JsonOperation> {
  const show = (named: string, input: JsonInput): object => {
    const { arn, name, version } = secrets.value(
      named,
      optionalText(input, 'VersionId'),
      optionalText(input, 'VersionStage'),
    );
    return {
      ARN: arn,
      Name: name,
      VersionId: version.id,
      SecretString: version.text,
      SecretBinary: version.binary,
      VersionStages: version.stages,
      CreatedDate: version.createdAt / 1000,
    };
  };
  return {
    CreateSecret(input) {
      const { arn, name, versions } = secrets.create(textOf(input, 'Name'), secretValue(input), {
        description: optionalText(input, 'Description'),
        tags: tagsOf(input),
        versionId: optionalText(input, 'ClientRequestToken'),
      });
      return { ARN: arn, Name: name, VersionId: versions.at(-1)?.id };
    },
    GetSecretValue: (input) => show(textOf(input, 'SecretId'), input),
    BatchGetSecretValue: (input) => ({
      SecretValues: textList(input, 'SecretIdList').map((named) => show(named, {})),
      Errors: [],
    }),
    PutSecretValue(input) {
      const value = secretValue(input);
      if (!value) throw invalid('You must provide either SecretString or SecretBinary.');
      const stages = textList(input, 'VersionStages');
      const token = optionalText(input, 'ClientRequestToken');
      const named = textOf(input, 'SecretId');
      const version = secrets.putValue(named, value, token, stages.length > 0 ? stages : undefined);
      const { arn, name } = secrets.get(named);
      return { ARN: arn, Name: name, VersionId: version.id, VersionStages: version.stages };
    },
    UpdateSecret(input) {
      const named = textOf(input, 'SecretId');
      const value = secretValue(input);
      const version = value && secrets.putValue(named, value, optionalText(input, 'ClientRequestToken'));
      const secret = secrets.get(named);
      const description = optionalText(input, 'Description');
      if (description !== undefined) secrets.update({ ...secret, description });
      return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
    },
    GetRandomPassword: (input) => ({ RandomPassword: randomPassword(input) }),
  };
}

function descriptions(secrets: Secrets): Record<string, JsonOperation> {
  return {
    DescribeSecret: (input) => describe(secrets.get(textOf(input, 'SecretId'))),
    ListSecrets(input) {
      const filters = objectList(input, 'Filters');
      const listed = secrets.list().filter((secret) => filters.every((filter) => fits(secret, filter)));
      const most = wholeNumber(input, 'MaxResults', { min: 1, max: PAGE }) ?? PAGE;
      const page = pageOf(listed, ({ name }) => name, most, optionalText(input, 'NextToken'));
      return { SecretList: page.items.map(describe), NextToken: page.nextToken };
    },
    ListSecretVersionIds(input) {
      const { arn, name, versions } = secrets.get(textOf(input, 'SecretId'));
      const shown = versions.map(({ id, stages, createdAt }) => ({
        VersionId: id,
        VersionStages: stages,
        CreatedDate: createdAt / 1000,
      }));
      return { ARN: arn, Name: name, Versions: shown };
    },
    DeleteSecret(input) {
      const days = wholeNumber(input, 'RecoveryWindowInDays', { min: 7, max: 30 }) ?? RECOVERY_DAYS;
      const atOnce = input.ForceDeleteWithoutRecovery === true;
      const { arn, name, deleteAt } = secrets.delete(textOf(input, 'SecretId'), atOnce ? undefined : days);
      return { ARN: arn, Name: name, DeletionDate: deleteAt / 1000 };
    },
    RestoreSecret(input) {
      const { arn, name } = secrets.restore(textOf(input, 'SecretId'));
      return { ARN: arn, Name: name };
    },
    GetResourcePolicy(input) {
      const { arn, name } = secrets.get(textOf(input, 'SecretId'));
      return { ARN: arn, Name: name };
    },
  };
}

function tags(secrets: Secrets): Record<string, JsonOperation> {
  return {
    TagResource(input) {
      const secret = secrets.get(textOf(input, 'SecretId'));
      secrets.update({ ...secret, tags: { ...secret.tags, ...tagsOf(input) } });
      return {};
    },
    UntagResource(input) {
      const secret = secrets.get(textOf(input, 'SecretId'));
      const gone = textList(input, 'TagKeys');
      const left = Object.entries(secret.tags).filter(([key]) => !gone.includes(key));
      secrets.update({ ...secret, tags: Object.fromEntries(left) });
      return {};
    },
  };
}

const tagsOf = (input: JsonInput): Record<string, string> =>
  Object.fromEntries(objectList(input, 'Tags').map(({ Key, Value }) => [String(Key), String(Value)]));

function describe({
  arn,
  name,
  description,
  versions,
  createdAt,
  changedAt,
  deleteAt,
  ...rest
}: SecretRecord): object {
  const staged = versions.filter(({ stages }) => stages.length > 0);
  return {
    ARN: arn,
    Name: name,
    Description: description,
    CreatedDate: createdAt / 1000,
    LastChangedDate: changedAt / 1000,
    DeletedDate: deleteAt === undefined ? undefined : deleteAt / 1000,
    Tags: Object.entries(rest.tags).map(([Key, Value]) => ({ Key, Value })),
    VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, stages])),
  };
}

/** Only the usual filters are supported: the beginning of the name or of the description. */
function fits({ name, description = '' }: SecretRecord, filter: JsonInput): boolean {
  const wanted = textList(filter, 'Values');
  const text = filter.Key === 'description' ? description : name;
  return wanted.some((value) => text.toLowerCase().startsWith(value.toLowerCase()));
}

const KINDS: readonly (readonly [excludedBy: string, characters: string])[] = [
  ['ExcludeLowercase', 'abcdefghijklmnopqrstuvwxyz'],
  ['ExcludeUppercase', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['ExcludeNumbers', '0123456789'],
  ['ExcludePunctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
];

/**
 * Generates a password with at least one character of each kind that is not excluded.
 * @throws ApiError InvalidParameterException
 */
export function randomPassword(input: JsonInput): string {
  const length = wholeNumber(input, 'PasswordLength', { min: 1, max: 4096 }) ?? 32;
  const excluded = optionalText(input, 'ExcludeCharacters') ?? '';
  const kinds = KINDS.filter(([name]) => input[name] !== true)
    .map(([, characters]) => [...characters].filter((one) => !excluded.includes(one)))
    .filter((characters) => characters.length > 0);
  const all = [...kinds.flat(), ...(input.IncludeSpace === true ? [' '] : [])];
  if (all.length === 0) throw invalid('Every character is excluded: no password can be made.');
  const one = (characters: string[]): string => characters[randomInt(characters.length)] ?? '';
  const each = input.RequireEachIncludedType === false ? [] : kinds.slice(0, length).map(one);
  const password = [...each, ...Array.from({ length: length - each.length }, () => one(all))];
  for (let n = password.length - 1; n > 0; n--) {
    const other = randomInt(n + 1);
    [password[n], password[other]] = [password[other] as string, password[n] as string];
  }
  return password.join('');
}
