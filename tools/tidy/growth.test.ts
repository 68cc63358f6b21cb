import type { ExpressionContext } from 'dynalite/db/conditionParser.js';
import { expect, it } from 'vitest';
import { understand } from '../../packages/chime-local/src/calls/bots/understanding.ts';
import { callingParty, normaliseUser } from '../../packages/chime-local/src/calls/sip-edge/identity.ts';
import { digitOfInfo } from '../../packages/chime-local/src/calls/sip-edge/info-digit.ts';
import { decodeFrame } from '../../packages/chime-local/src/meetings/signalling/wire/frames.ts';
import { parseCondition } from '../../packages/chime-local/src/services/dynamodb/expressions/condition.ts';
import { parseProjection } from '../../packages/chime-local/src/services/dynamodb/expressions/projection.ts';
import { parseUpdate } from '../../packages/chime-local/src/services/dynamodb/expressions/update.ts';
import { fitsPattern } from '../../packages/chime-local/src/services/events/pattern.ts';
import { nextTime } from '../../packages/chime-local/src/services/events/schedule.ts';
import { targetInput } from '../../packages/chime-local/src/services/events/target-input.ts';
import { canonicalPath, canonicalQuery } from '../../packages/chime-local/src/services/front/canonical.ts';
import { parseQuery } from '../../packages/chime-local/src/services/front/query-string.ts';
import { statementsOf } from '../../packages/chime-local/src/services/iam/policy-language.ts';
import { wildcardMatch } from '../../packages/chime-local/src/services/iam/wildcard.ts';
import { fitsParts } from '../../packages/chime-local/src/services/rest/stars.ts';
import { readXml } from '../../packages/chime-local/src/services/s3/xml.ts';
import { dueAfter } from '../../packages/chime-local/src/services/scheduler/expression.ts';
import { holds } from '../../packages/chime-local/src/services/states/choice.ts';
import { callIntrinsic } from '../../packages/chime-local/src/services/states/intrinsic-functions.ts';
import { createAllowance, findPath } from '../../packages/chime-local/src/services/states/json-path.ts';
import { matchesAllowedPattern } from '../../packages/chime-local/src/stack/cloudformation/allowed-pattern.ts';
import { parseTemplate } from '../../packages/chime-local/src/stack/template/parse-template.ts';
import { Negotiation } from '../../packages/chime-local/src/wire/sdp/offer-answer.ts';
import { parseSessionDescription } from '../../packages/chime-local/src/wire/sdp/parse-session-description.ts';
import { sessionBody } from '../../packages/chime-local/src/wire/sip/bodies/session-body.ts';
import { SipRequest } from '../../packages/chime-local/src/wire/sip/messages/message.ts';
import { parseMessage } from '../../packages/chime-local/src/wire/sip/messages/parse-message.ts';
import { StreamFramer } from '../../packages/chime-local/src/wire/sip/messages/stream-framer.ts';
import {
  countingIds,
  requestBytes,
} from '../../packages/chime-local/src/wire/sip/testing/example-messages.ts';
import { UserAgent } from '../../packages/chime-local/src/wire/sip/user-agent/user-agent.ts';
import { matches } from '../../packages/pstn-audio/src/engine/digits/pattern.ts';
import { readResponse } from '../../packages/pstn-audio/src/response/read-response.ts';
import { parseSsml } from '../../packages/pstn-audio/src/speech/ssml.ts';

/**
 * Input from strangers and handlers is read on the main thread, where all calls wait meanwhile. So no text
 * may take more time than its length justifies: each reader is given every repeatable fragment of its
 * grammar, over and over.
 */

/**
 * Characters of a text; a reader whose work grows with the square of the length needs seconds for it, others
 * a few milliseconds.
 */
const LENGTH = 60_000;
/**
 * Maximum CPU milliseconds for a text. With work in proportion to its length, the slowest takes up to 200 on
 * two busy cores, most a few; work that grows with the square takes more than a second.
 */
const MOST_MS = 600;
/** Number of attempts: a machine may be collecting garbage just then. */
const TRIES = 3;

const FRAGMENTS = [
  ...[
    'a',
    '0',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r\n ',
    '\0',
    '(',
    ')',
    '[',
    '{',
    '<',
    '>',
    '"',
    "'",
    '\\',
    '/',
    '*',
    '.',
  ],
  ...[
    ',',
    ';',
    ':',
    '=',
    '@',
    '%',
    '%4',
    '&',
    '&amp;',
    '?',
    '+',
    '-',
    '--',
    '--b\r\n',
    '#',
    '$',
    '|',
    '^',
    '!',
    '\u202e',
  ],
  ...[
    'a=',
    '=a',
    'a;',
    ';a',
    ';a=b',
    ';a="',
    ',a',
    '<a>',
    '<a ',
    ' a="b"',
    '</',
    '<!--',
    '<?',
    '&#',
    '${',
    '(a|',
    '(a+)+',
  ],
  ...[
    'a.',
    '.a',
    'a[0]',
    'NOT ',
    '(a',
    'a AND ',
    'a=:v,',
    'size(',
    ':1',
    '::',
    '1.',
    'a:',
    'sip:',
    'a@',
    '="',
    '\\"',
    'ü',
  ],
  ...[
    'a=rtpmap:0 ',
    'm=audio 1 ',
    'c=',
    'v=0\r\n',
    'Via: ',
    'l:\r\n ',
    'l: 1\r\n',
    'Content-Length: ',
    '*a',
    '{"a":',
    '[[',
  ],
];

const repeated = (fragment: string, length: number) =>
  fragment.repeat(Math.ceil(length / fragment.length)).slice(0, length);

const expressions = (): ExpressionContext => ({
  attrNames: { '#n': 'n' },
  attrVals: { ':v': { S: 's' } },
  unusedAttrNames: { '#n': true },
  unusedAttrVals: { ':v': true },
  isReserved: () => false,
  compare: () => true,
});

const agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds() });
/** Space for a header field within the limit for headers. */
const FIELD = 8_000;
const message = (text: string) => {
  const request = requestBytes({ method: 'OPTIONS', headers: [] }).toString();
  agent.receive(
    Buffer.from(request.replace('Max-Forwards: 70', text)),
    { transport: 'udp', address: '192.0.2.7', port: 5 },
    0,
  );
};
const info = (type: string, body: string) => {
  const headers = parseMessage(requestBytes({ method: 'INFO', body: 'x', contentType: type }));
  if (headers.kind !== 'message' || !(headers.message instanceof SipRequest)) return;
  const request = new SipRequest('INFO', 'sip:a@b', headers.message.headers, Buffer.from(body));
  digitOfInfo(request);
  sessionBody(request);
};
const describeMedia = (text: string) => {
  const result = parseSessionDescription(Buffer.from(text));
  if (result.kind === 'description') Negotiation.judge(result.description, 4, '192.0.2.7');
};
const party = (from: string) => {
  const result = parseMessage(
    requestBytes({ method: 'OPTIONS', from: `From: ${from.replace(/[\r\n]/g, '')}` }),
  );
  if (result.kind === 'message' && result.message instanceof SipRequest) callingParty(result.message);
};

const READERS: Record<string, (text: string) => unknown> = {
  'a SIP message': (text) => parseMessage(Buffer.from(text)),
  'the head of a SIP message': (text) => message(`X: y\r\n${text.slice(0, 30_000)}`),
  ...Object.fromEntries(
    [
      'Via: SIP/2.0/UDP ',
      'Via: SIP/2.0/UDP a;',
      'Contact: ',
      'Contact: "',
      'From: ',
      'Require: ',
      'Accept: ',
      'X-A: ',
    ].map((start) => [`a field ${start}`, (text: string) => message(`${start}${text.slice(0, FIELD)}`)]),
  ),
  'Record-Route and Route': (text) =>
    message(`Record-Route: ${text.slice(0, FIELD)}\r\nRoute: ${text.slice(0, FIELD)}`),
  'Session-Expires': (text) => message(`Session-Expires: ${text.slice(0, FIELD)}`),
  'a Request-URI': (text) =>
    agent.receive(
      Buffer.from(`OPTIONS sip:${text} SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n`),
      { transport: 'udp', address: '192.0.2.7', port: 5 },
      0,
    ),
  'a caller': party,
  'a user part': normaliseUser,
  'a stream of SIP': (text) => {
    const framer = new StreamFramer();
    for (let at = 0; at < text.length; at += 1_460) framer.push(Buffer.from(text.slice(at, at + 1_460)));
  },
  'the length of a message in a stream': (text) =>
    new StreamFramer().push(Buffer.from(`OPTIONS a SIP/2.0\r\n${text.slice(0, 30_000)}\r\n\r\n`)),
  'a multipart body': (text) => info('multipart/mixed;boundary=b', `--b\r\n\r\n${text}`),
  'the boundary of a body': (text) =>
    info(`multipart/mixed;boundary="${text.slice(0, 4_000).replace(/[\r\n]/g, '')}"`, text),
  'a quoted-printable body': (text) =>
    info('multipart/mixed;boundary=b', `--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${text}`),
  'a key in a body': (text) => info('application/dtmf-relay', text.slice(0, 512)),
  'a session description': describeMedia,
  ...Object.fromEntries(
    [
      'o=',
      'c=',
      'c=IN IP4 ',
      'm=',
      'm=audio 1 RTP/AVP ',
      'm=audio 1 RTP/AVP 0\r\na=',
      'm=audio 1 RTP/AVP 0\r\na=rtpmap:0 ',
    ].map((start) => [`a line ${start}`, (text: string) => describeMedia(`v=0\r\n${start}${text}\r\n`)]),
  ),
  'a meeting frame': (text) => decodeFrame(Buffer.from(text)),
  SSML: (text) => parseSsml(text),
  'the inside of SSML': (text) => parseSsml(`<speak>${text}</speak>`),
  'a tag of SSML': (text) => parseSsml(`<speak><say-as ${text}>`),
  'an XML document': (text) => readXml(text),
  'the inside of an XML document': (text) => readXml(`<a>${text}</a>`),
  'a condition': (text) => parseCondition(text.slice(0, 4_096), expressions()),
  'an update': (text) => parseUpdate(`SET ${text.slice(0, 4_092)}`, expressions()),
  'a projection': (text) => parseProjection(text.slice(0, 4_096), expressions()),
  'a pattern of keys': (text) => matches(text.slice(0, 512), '0123456789*#ABCD'.repeat(8)),
  'a wildcard': (text) => wildcardMatch(`*${text.slice(0, 2_048)}*b`, repeated('a', 2_048)),
  'a template': (text) => parseTemplate(text),
  'a resource of a template': (text) => parseTemplate(`Resources:\n  A:\n    Type: ${text}`),
  'the pattern of a parameter': (text) => matchesAllowedPattern('A', text.slice(0, 4_096), 'a'.repeat(4_096)),
  'an answer of a function': (text) => readResponse(text),
  'actions of a function': (text) =>
    readResponse(`{"SchemaVersion":"1.0","Actions":[{"Type":"Hangup","Parameters":${text}`),
  'a query': (text) => parseQuery(text),
  'a schedule of a rule': (text) => nextTime(`cron(${text})`, 0),
  'the minutes of a schedule': (text) => nextTime(`cron(${text.slice(0, 200)} * * * ? *)`, 0),
  'a rate': (text) => nextTime(`rate(${text} days)`, 0),
  'a schedule with a time zone': (text) =>
    dueAfter({ expression: text.slice(0, 250), timezone: text.slice(0, 250) }, 0, 0),
  'an event': (text) =>
    fitsPattern(
      { a: [{ wildcard: `*${repeated('a', 4_000)}b*` }, { prefix: { 'equals-ignore-case': 'b' } }] },
      { a: text },
    ),
  'a pattern of events': (text) =>
    fitsPattern({ a: [{ wildcard: text.slice(0, 4_096) }] }, { a: repeated('a', 250_000) }),
  'what a rule makes of an event': (text) =>
    targetInput(
      { transformer: { paths: { a: text.slice(0, 256) }, template: text.slice(0, 8_192) } },
      { a: 1 },
    ),
  'parts between stars': (text) => fitsParts(repeated('a', LENGTH), text.split('*')),
  'a choice by a pattern': (text) => holds({ Variable: '$.a', StringMatches: `*${text}*b` }, roots()),
  'a path': (text) => findPath(`$${text}`, roots()),
  'a filter of a path': (text) => findPath(`$.list[?(@.a == ${text})]`, roots()),
  'an intrinsic function': (text) => callIntrinsic(text, roots()),
  'values of an intrinsic function': (text) => callIntrinsic(`States.Format('${text}', ${text})`, roots()),
  'words to a bot': (text) => understand(text.slice(0, 1_024), locale),
  'many words to a bot': (text) => understand(`${repeated('a ', 60)}${text.slice(0, 900)}`, locale),
  'the canonical form of a request': (text) => canonicalQuery(text) + canonicalPath(text),
};

/** The input of a state machine. */
const data = { a: repeated('a', 2_048), list: Array.from({ length: 2_000 }, () => [{ a: 1 }]) };
const roots = () => ({ data, context: {}, variables: {}, allowance: createAllowance() });
/** A bot with an utterance of eight slots side by side, and a slot type with many values. */
const locale = {
  intents: [
    {
      name: 'Order',
      utterances: [`${Array.from({ length: 8 }, (_, n) => `{s${n}}`).join(' ')} please`],
      slots: [{ name: 's7', type: 'Own', prompt: '' }],
    },
  ],
  slotTypes: { Own: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`a ${n}`, [`b ${n}`]])) },
};

/** CPU milliseconds of one reading. Readers may refuse what they read. */
function cost(read: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage();
  try {
    read(text);
  } catch (error) {
    // Nesting depth has nothing to do with length: no text may exhaust the stack.
    if (error instanceof RangeError && /call stack/i.test(error.message)) return Number.POSITIVE_INFINITY;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

it.each(
  Object.entries(READERS),
)('Reading takes time in proportion to length, whatever repeats: %s', (_, read) => {
  const slow = FRAGMENTS.filter((fragment) => {
    const text = repeated(fragment, LENGTH);
    for (let tries = 1; cost(read, text) > MOST_MS; tries++) if (tries >= TRIES) return true;
    return false;
  });
  expect(slow).toEqual([]);
});

it.each([
  ['an answer of a function', (deep: string) => readResponse(deep)],
  [
    'parameters of an action',
    (deep: string) =>
      readResponse(`{"SchemaVersion":"1.0","Actions":[{"Type":"Hangup","Parameters":{"a":${deep}}}]}`),
  ],
  ['actions of a function', (deep: string) => readResponse(`{"SchemaVersion":"1.0","Actions":[${deep}]}`)],
  [
    'actions that are none',
    (deep: string) => readResponse(`{"SchemaVersion":"1.0","Actions":{"a":${deep}}}`),
  ],
  [
    'attributes of a call',
    (deep: string) =>
      readResponse(`{"SchemaVersion":"1.0","Actions":[],"TransactionAttributes":{"a":${deep}}}`),
  ],
  ['a template', (deep: string) => parseTemplate(deep)],
  ['a template in YAML', (deep: string) => parseTemplate(`Resources: ${deep}`)],
  ['a template of blocks', (deep: string) => parseTemplate(deep.replaceAll('[', '- ').replaceAll('{', '? '))],
  [
    'statements of a policy',
    (deep: string) => statementsOf(JSON.parse(`{"Statement":[{"Condition":${deep}}]}`)),
  ],
])('Any depth can be read: %s', (_, read) => {
  const levels = 20_000;
  const arrays = '['.repeat(levels) + ']'.repeat(levels);
  const objects = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  expect([arrays, objects].map((deep) => cost(read, deep) < 1_000)).toEqual([true, true]);
});
