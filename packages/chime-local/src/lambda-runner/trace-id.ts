/**
 * AWS X-Ray trace ids of invocations. SDKs send the one of their invocation along with every request (`X-Amzn-Trace-Id`), by
 * `_X_AMZN_TRACE_ID`, so that a request can be told to belong to it.
 *
 * Source: AWS X-Ray Developer Guide, "X-Ray concepts": `Root=1-` with the time in seconds and 96 bits, `Parent=` with 64.
 */

/** Hexadecimal digits of a request id that the root's 96 bits hold: the last ones. The parent's begin with the others. */
const ROOT_DIGITS = 24;
const GUID_DIGITS = 32;
const PARENT_DIGITS = 16;
const TRACE = /^Root=1-[0-9a-f]{8}-([0-9a-f]{24});Parent=([0-9a-f]{16})/;

/** The trace id of an invocation, which holds its request id (a GUID). `now`: milliseconds since the epoch. */
export function traceIdOf(requestId: string, now: number): string {
  const digits = requestId.replaceAll('-', '');
  const seconds = Math.floor(now / 1000).toString(16);
  const root = digits.slice(-ROOT_DIGITS);
  return `Root=1-${seconds}-${root};Parent=${digits.slice(0, PARENT_DIGITS)};Sampled=0`;
}

/** The request id of the invocation whose trace id this is; undefined when it is none of those. */
export function requestIdOfTrace(traceId: string): string | undefined {
  const [, root, parent] = TRACE.exec(traceId) ?? [];
  if (root === undefined || parent === undefined) return undefined;
  const digits = parent.slice(0, GUID_DIGITS - ROOT_DIGITS) + root;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
