/** Condition operators. Source: AWS IAM User Guide, "IAM JSON policy elements: Condition operators". */
import { BlockList, isIP } from 'node:net';
import { wildcardMatch } from './wildcard.ts';

type Operator = (wanted: string, given: string) => boolean;

/** Matches the six colon-separated parts of an ARN individually. The last part contains the rest. */
function arnMatch(pattern: string, arn: string): boolean {
  const wanted = arnParts(pattern);
  const given = arnParts(arn);
  return (
    wanted.length === 6 && given.length === 6 && wanted.every((part, n) => wildcardMatch(part, given[n]!))
  );
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** Whether an address is in a block such as `10.0.0.0/8`, or equals a single address. */
function inBlock(block: string, address: string): boolean {
  const [net = '', prefix] = block.split('/');
  const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
  if (!isIP(net) || !isIP(address)) return false;
  const blocks = new BlockList();
  try {
    if (prefix === undefined) blocks.addAddress(net, family);
    else blocks.addSubnet(net, Number(prefix), family);
  } catch {
    return false;
  }
  return blocks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Parses ISO 8601, or seconds since the epoch. */
const time = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const numeric =
  (compare: (given: number, wanted: number) => boolean): Operator =>
  (wanted, given) =>
    compare(Number(given), Number(wanted));
const date =
  (compare: (given: number, wanted: number) => boolean): Operator =>
  (wanted, given) =>
    compare(time(given), time(wanted));
const sameText: Operator = (wanted, given) => wanted === given;

const OPERATORS: Readonly<Record<string, Operator>> = {
  stringequals: sameText,
  stringequalsignorecase: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  stringlike: wildcardMatch,
  arnequals: arnMatch,
  arnlike: arnMatch,
  binaryequals: sameText,
  bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  ipaddress: inBlock,
  numericequals: numeric((given, wanted) => given === wanted),
  numericlessthan: numeric((given, wanted) => given < wanted),
  numericlessthanequals: numeric((given, wanted) => given <= wanted),
  numericgreaterthan: numeric((given, wanted) => given > wanted),
  numericgreaterthanequals: numeric((given, wanted) => given >= wanted),
  dateequals: date((given, wanted) => given === wanted),
  datelessthan: date((given, wanted) => given < wanted),
  datelessthanequals: date((given, wanted) => given <= wanted),
  dategreaterthan: date((given, wanted) => given > wanted),
  dategreaterthanequals: date((given, wanted) => given >= wanted),
};

/** The negated operators and the operators that they negate. */
const NEGATED: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
  notipaddress: 'ipaddress',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
};

/**
 * Whether one condition holds. `name` is the operator in lower case, with `forallvalues:`, `foranyvalue:` and
 * `ifexists` if present. `given` is the request's value of the key, or undefined if the request does not have
 * the key. Returns undefined for an unknown operator.
 */
export function holds(
  name: string,
  given: readonly string[] | undefined,
  wanted: readonly string[],
): boolean | undefined {
  if (name === 'null')
    return wanted.some((value) => (value.toLowerCase() === 'true') === (given === undefined));
  const [, set, rest = ''] = /^(?:(forallvalues|foranyvalue):)?(.*)$/.exec(name) ?? [];
  const plain = rest.replace(/ifexists$/, '');
  const negated = Object.hasOwn(NEGATED, plain);
  const operatorName = negated ? NEGATED[plain] : plain;
  const operator =
    operatorName && Object.hasOwn(OPERATORS, operatorName) ? OPERATORS[operatorName] : undefined;
  if (!operator) return undefined;
  if (given === undefined) return negated || plain !== rest || set === 'forallvalues';
  const one = (value: string): boolean => wanted.some((pattern) => operator(pattern, value)) !== negated;
  return set === 'forallvalues'
    ? given.every(one)
    : set === 'foranyvalue' || !negated
      ? given.some(one)
      : given.every(one);
}
