/**
 * Stand-ins for attributes of resources that are not created here; each has the right format to be accepted
 * elsewhere.
 */
import { createHash } from 'node:crypto';

/** Fictional numbers (NANP, 555-01XX), except those whose last digits have a meaning for the test party. */
const FIRST_FICTIONAL = 110;
const FICTIONAL_NUMBERS = 40;
/** Area codes from 200 to 899, so that the stand-ins of a stack differ. */
const FIRST_AREA = 200;
const AREAS = 700;
/** Addresses reserved for documentation (RFC 5737): 192.0.2.1 to 192.0.2.200. */
const DOCUMENTATION_HOSTS = 200;

const numberOf = (text: string, below: number): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) % below;

const fictionalNumber = (id: string): string =>
  `+1${FIRST_AREA + numberOf(`${id} area`, AREAS)}5550${FIRST_FICTIONAL + numberOf(id, FICTIONAL_NUMBERS)}`;

/** Patterns of `type.attribute` with the function that makes a value of that kind. */
const KINDS: readonly [RegExp, (id: string) => string][] = [
  [/^AWS::Connect::PhoneNumber\.Address$/, fictionalNumber],
  [/\.(?:Public|Private)Ip(?:Address)?$/, (id) => `192.0.2.${1 + numberOf(id, DOCUMENTATION_HOSTS)}`],
  [/Url$/, (id) => `https://${id.toLowerCase().replace(/[^a-z0-9-]/g, '-')}.example.com/`],
  [
    /\.(?:Public|Private)?(?:DNS|Dns)Name$/,
    (id) => `${id.toLowerCase().replace(/[^a-z0-9-]/g, '-')}.example.com`,
  ],
];

/**
 * A telephone number, address or host name if the attribute is one, an ARN if its name ends in that,
 * otherwise a text.
 */
export function plausibleValue(
  { type, physicalId, name }: { type: string; physicalId: string; name: string },
  { region, accountId }: { region: string; accountId: string },
): string {
  const kind = KINDS.find(([pattern]) => pattern.test(`${type}.${name}`));
  if (kind) return kind[1](physicalId);
  const service = type.split('::')[1]?.toLowerCase() ?? 'unknown';
  if (!name.endsWith('Arn')) return `${physicalId}-${name}`;
  return `arn:aws:${service}:${region}:${accountId}:${physicalId}`;
}
