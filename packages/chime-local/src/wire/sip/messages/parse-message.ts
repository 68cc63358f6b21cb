import { checkMessage, type Problem } from './check-message.ts';
import { type EndOfHead, findEndOfHead } from './end-of-head.ts';
import { HeaderList } from './headers.ts';
import { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';
import { type SipMessage, SipRequest, SipResponse } from './message.ts';
import { isToken } from './scan.ts';

/**
 * `message`: well-formed. `bad-request`: a faulty request that is legible enough to be answered with
 * `status`. `garbage`: to be dropped; `text` gives the reason for the log. Parsing never throws.
 */
export type ParseResult =
  | { readonly kind: 'message'; readonly message: SipMessage }
  | ({ readonly kind: 'bad-request'; readonly request: SipRequest } & Problem)
  | { readonly kind: 'garbage'; readonly text: string };

const CRLF = '\r\n';
/** Matches a line that ends with LF alone. */
const BARE_LF = /(?:^|[^\r])\n/;
const NOTHING = Buffer.alloc(0);

/**
 * Reads one message: a datagram, or a message that the stream framer delivered. `stream` requires a
 * Content-Length, which only stream transports need (RFC 3261 section 20.14).
 */
export function parseMessage(
  bytes: Buffer,
  { stream = false, limits = MESSAGE_LIMITS }: { stream?: boolean; limits?: MessageLimits } = {},
): ParseResult {
  if (bytes.length > limits.messageBytes) {
    return garbage(`message of ${bytes.length} bytes; at most ${limits.messageBytes} are read`);
  }
  const start = skipLeadingLineEnds(bytes);
  const found = findEndOfHead(bytes, start) ?? (stream ? undefined : endOfDatagram(bytes));
  if (!found) return garbage('no empty line ends the header');
  if (found.end - start > limits.headBytes) {
    return garbage(`header of ${found.end - start} bytes; at most ${limits.headBytes} are read`);
  }
  const written = bytes.toString('utf8', start, found.end);
  const bare = BARE_LF.test(written);
  const head = bare ? written.replace(/\r?\n/g, CRLF) : written;
  const headers = new HeaderList();
  const lineEnd = head.indexOf(CRLF);
  const startLine = lineEnd < 0 ? head : head.slice(0, lineEnd);
  let problem = lineEnd < 0 ? undefined : readHeaders(head, lineEnd + 2, headers, limits);
  const most = stream ? limits.messageBytes - (found.bodyStart - start) : undefined;
  const body = cutBody(bytes.subarray(found.bodyStart), headers, { stream, bare, most });
  problem ??= body.problem;
  const message = readStartLine(startLine, headers, body.bytes);
  if (typeof message === 'string') return garbage(message);
  problem = message.problem ?? problem ?? checkMessage(message.message);
  if (!problem) return { kind: 'message', message: message.message };
  if (message.message.kind === 'response' || !message.message.topVia) return garbage(problem.text);
  return { kind: 'bad-request', request: message.message, ...problem };
}

/**
 * Accepts a datagram whose empty line is missing after the last header field, as in one of RFC 4475's own
 * files (baddn).
 */
function endOfDatagram(bytes: Buffer): EndOfHead | undefined {
  if (bytes.at(-1) !== 10) return undefined;
  const end = bytes.at(-2) === 13 ? bytes.length - 2 : bytes.length - 1;
  return { end, bodyStart: bytes.length };
}

function garbage(text: string): ParseResult {
  return { kind: 'garbage', text };
}

/**
 * RFC 3261 section 7.5: empty lines before the start line are ignored, and so are NULs, which some phones
 * send as keep-alives.
 */
function skipLeadingLineEnds(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 13 || bytes[at] === 10 || bytes[at] === 0) at++;
  return at;
}

function readStartLine(
  line: string,
  headers: HeaderList,
  body: Buffer,
): { message: SipMessage; problem?: Problem } | string {
  if (/^SIP\//i.test(line)) {
    const match = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/is.exec(line);
    if (!match) return 'malformed status line';
    if (/[\r\n]/.test(match[2] ?? '')) return 'line end inside the status line';
    return { message: new SipResponse(Number(match[1]), match[2] ?? '', headers, body) };
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(0, first));
  if (!isToken(method)) return 'malformed request line';
  const version = line.slice(last + 1);
  const uri = line.slice(first + 1, last).trim();
  const request = new SipRequest(method, uri.replace(/[\r\n]/g, ' '), headers, body);
  if (!/^SIP\/\d+\.\d+$/i.test(version)) {
    return { message: request, problem: { status: 400, text: 'malformed request line' } };
  }
  if (version.toUpperCase() !== 'SIP/2.0') {
    return { message: request, problem: { status: 505, text: `version ${version}; only SIP/2.0 is spoken` } };
  }
  // Section 7.1: no white space and no angle brackets in the Request-URI, single spaces around it.
  if (first === last || last - first - 1 !== uri.length || /[\s<>"]/.test(uri) || uri === '') {
    return { message: request, problem: { status: 400, text: 'malformed Request-URI' } };
  }
  return { message: request };
}

/** Reads header fields into `headers`; fields that could be read are kept even if a problem is returned. */
function readHeaders(
  head: string,
  from: number,
  headers: HeaderList,
  limits: MessageLimits,
): Problem | undefined {
  let problem: Problem | undefined;
  let at = from;
  while (at < head.length) {
    let end = head.indexOf(CRLF, at);
    if (end < 0) end = head.length;
    let line = head.slice(at, end);
    at = end + 2;
    // Section 7.3.1: a line that begins with white space continues the one before it.
    while (at < head.length && (head[at] === ' ' || head[at] === '\t')) {
      end = head.indexOf(CRLF, at);
      if (end < 0) end = head.length;
      line = `${line.trimEnd()} ${head.slice(at, end).trim()}`;
      at = end + 2;
      if (line.length > limits.headerLength) break;
    }
    if (headers.keys.length >= limits.headerCount) {
      return { status: 400, text: `more than ${limits.headerCount} header fields` };
    }
    problem = readHeader(line, headers, limits) ?? problem;
  }
  return problem;
}

function readHeader(line: string, headers: HeaderList, limits: MessageLimits): Problem | undefined {
  if (line.length > limits.headerLength) {
    return {
      status: 400,
      text: `header field of ${line.length} characters; at most ${limits.headerLength}`,
    };
  }
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).trimEnd();
  if (!isToken(name) || line.includes('\r') || line.includes('\n')) {
    return { status: 400, text: 'malformed header field' };
  }
  headers.add(name, line.slice(colon + 1).trim());
  return undefined;
}

/**
 * RFC 3261 section 18.3: Content-Length determines the body; a datagram with fewer bytes is refused,
 * additional bytes are dropped. `bare`: the sender writes LF alone, but may have counted a CR for each.
 * `most`: the largest body in bytes; of a longer one, the stream's reader has kept nothing (section 21.5.7).
 */
function cutBody(
  rest: Buffer,
  headers: HeaderList,
  {
    stream,
    bare,
    most = Number.POSITIVE_INFINITY,
  }: { stream: boolean; bare: boolean; most?: number | undefined },
): { bytes: Buffer; problem?: Problem } {
  const value = headers.get('content-length');
  if (new Set(headers.fields('content-length')).size > 1) {
    return { bytes: NOTHING, problem: { status: 400, text: 'two content-length headers' } };
  }
  if (value === undefined) {
    if (!stream) return { bytes: rest };
    return {
      bytes: NOTHING,
      problem: { status: 400, text: 'Content-Length is required on a stream transport' },
    };
  }
  if (!/^\d{1,9}$/.test(value)) {
    return { bytes: NOTHING, problem: { status: 400, text: 'malformed Content-Length' } };
  }
  const length = Number(value);
  if (length > most) {
    return {
      bytes: NOTHING,
      problem: { status: 513, text: `a body of ${length} bytes; at most ${most} are read` },
    };
  }
  const counted = bare && !stream ? rest.toString('latin1').replace(/\r?\n/g, CRLF).length : rest.length;
  if (length > Math.max(counted, rest.length)) {
    return { bytes: NOTHING, problem: { status: 400, text: 'body shorter than Content-Length' } };
  }
  return { bytes: length >= rest.length ? rest : rest.subarray(0, length) };
}
