/**
 * Whether a bucket's policy lets a service's principal do something. A small part of IAM's evaluation: what
 * bucket policies for service principals are written with. What is not understood never allows: an unknown
 * condition operator or key makes an `Allow` not match, and a `Deny` match.
 *
 * Source: AWS IAM User Guide, "IAM JSON policy elements reference" and "Policy evaluation logic".
 */

/** Who asks for what. */
export interface PolicyQuestion {
  /** e.g. `voiceconnector.chime.amazonaws.com`. */
  principalService: string;
  /** e.g. `s3:GetObject`. */
  action: string;
  /** e.g. `arn:aws:s3:::bucket/key`. */
  resourceArn: string;
  /** The account on whose behalf the service asks: `aws:SourceAccount`. */
  sourceAccount: string;
  /** The resource on whose behalf it asks: `aws:SourceArn`, e.g. an SMA's ARN. */
  sourceArn: string;
}

interface Statement {
  Effect?: unknown;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: unknown;
}

/**
 * True when a statement allows it and none denies it.
 * `policy`: the document, as JSON text or parsed; undefined (no policy) and unreadable ones allow nothing.
 */
export function policyAllows(policy: unknown, question: PolicyQuestion): boolean {
  let allowed = false;
  for (const statement of statementsOf(policy)) {
    if (statement.Effect === 'Deny') {
      if (matches(statement, question, true)) return false;
    } else if (statement.Effect === 'Allow') {
      if (matches(statement, question, false)) allowed = true;
    }
  }
  return allowed;
}

function statementsOf(policy: unknown): Statement[] {
  let document = policy;
  if (typeof policy === 'string') {
    try {
      document = JSON.parse(policy);
    } catch {
      return [];
    }
  }
  if (!isObject(document)) return [];
  return list(document.Statement).filter(isObject);
}

function matches(statement: Statement, question: PolicyQuestion, whenUnknown: boolean): boolean {
  return (
    principalMatches(statement, question.principalService) &&
    patternsMatch(statement.Action, statement.NotAction, question.action.toLowerCase(), true) &&
    patternsMatch(statement.Resource, statement.NotResource, question.resourceArn, false) &&
    conditionsMatch(statement.Condition, question, whenUnknown)
  );
}

function principalMatches(statement: Statement, service: string): boolean {
  if (statement.NotPrincipal !== undefined) return !names(statement.NotPrincipal, service);
  return names(statement.Principal, service);
}

/** Whether a `Principal` element names the service. Only a bare `*`, or `AWS: *`, stands for everyone. */
function names(principal: unknown, service: string): boolean {
  if (principal === '*') return true;
  if (!isObject(principal)) return false;
  if (list(principal.AWS).includes('*')) return true;
  return list(principal.Service).some((name) => name === service || name === '*');
}

function patternsMatch(positive: unknown, negative: unknown, value: string, ignoreCase: boolean): boolean {
  const oneMatches = (patterns: unknown): boolean =>
    list(patterns).some(
      (pattern) =>
        typeof pattern === 'string' && wildcardMatch(ignoreCase ? pattern.toLowerCase() : pattern, value),
    );
  if (positive !== undefined) return oneMatches(positive);
  if (negative !== undefined) return !oneMatches(negative);
  return false;
}

/** `*`: any characters, also none; `?`: any one. In time proportional to pattern times text at worst. */
export function wildcardMatch(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The six colon-separated parts of an ARN each match by themselves; the last takes the rest. */
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

type Operator = (wanted: string, given: string) => boolean;
const OPERATORS: Readonly<Record<string, Operator>> = {
  stringequals: (wanted, given) => wanted === given,
  stringequalsignorecase: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  stringlike: wildcardMatch,
  arnequals: arnMatch,
  arnlike: arnMatch,
  bool: (wanted, given) => wanted.toLowerCase() === given,
  numericlessthan: (wanted, given) => Number(given) < Number(wanted),
};

/** What a condition may ask about: the question, and what is so of every service within AWS. */
function contextOf(question: PolicyQuestion): ReadonlyMap<string, string> {
  return new Map([
    ['aws:sourceaccount', question.sourceAccount],
    ['aws:sourcearn', question.sourceArn],
    ['aws:securetransport', 'true'],
    ['aws:principalisawsservice', 'true'],
    ['s3:tlsversion', '1.3'],
  ]);
}

/** All conditions hold. `whenUnknown`: what one that is not understood counts as. */
function conditionsMatch(conditions: unknown, question: PolicyQuestion, whenUnknown: boolean): boolean {
  if (conditions === undefined) return true;
  if (!isObject(conditions)) return whenUnknown;
  const context = contextOf(question);
  return Object.entries(conditions).every(([operator, keys]) => {
    if (!isObject(keys)) return whenUnknown;
    return Object.entries(keys).every(([key, wanted]) =>
      conditionMatches(operator.toLowerCase(), context.get(key.toLowerCase()), list(wanted), whenUnknown),
    );
  });
}

function conditionMatches(
  operatorName: string,
  given: string | undefined,
  wanted: unknown[],
  whenUnknown: boolean,
): boolean {
  // Every key that is known is always there, so `…IfExists` adds nothing.
  const name = operatorName.replace(/ifexists$/, '');
  const negated = /^(string|arn)not/.test(name);
  const plain = name.replace(/^(string|arn)not/, '$1');
  const operator = Object.hasOwn(OPERATORS, plain) ? OPERATORS[plain] : undefined;
  if (given === undefined || !operator) return whenUnknown;
  const found = wanted.some((value) => typeof value !== 'object' && operator(String(value), given));
  return found !== negated;
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
