/**
 * AWS X-Ray trace ids of invocations. SDKs send the id of their invocation (`_X_AMZN_TRACE_ID`) with every
 * request (`X-Amzn-Trace-Id`), so that a request can be assigned to it.
 *
 * Source: AWS X-Ray Developer Guide, "X-Ray concepts": `Root=1-` with the time in seconds and 96 bits,
 * `Parent=` with 64.
 */

/**
 * Number of a request id's last hexadecimal digits that the root's 96 bits hold. The parent begins with the
 * other digits.
 */
const ROOT_DIGITS = 24;
const GUID_DIGITS = 32;
const PARENT_DIGITS = 16;
const TRACE = /^Root=1-[0-9a-f]{8}-([0-9a-f]{24});Parent=([0-9a-f]{16})/;

/**
 * The trace id of an invocation, which contains its request id (a GUID). `now` is in milliseconds since the
 * epoch.
 */
export function traceIdOf(requestId: string, now: number): string {
  const digits = requestId.replaceAll('-', '');
  const seconds = Math.floor(now / 1000).toString(16);
  const root = digits.slice(-ROOT_DIGITS);
  return `Root=1-${seconds}-${root};Parent=${digits.slice(0, PARENT_DIGITS)};Sampled=0`;
}

/** The request id in a trace id; undefined if the trace id was not made here. */
export function requestIdOfTrace(traceId: string): string | undefined {
  const [, root, parent] = TRACE.exec(traceId) ?? [];
  if (root === undefined || parent === undefined) return undefined;
  const digits = parent.slice(0, GUID_DIGITS - ROOT_DIGITS) + root;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
