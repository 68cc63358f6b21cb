import { describe, expect, it } from 'vitest';
import { StreamFramer } from './messages/stream-framer.ts';
import { countingIds } from './testing/example-messages.ts';
import { tortureMessages } from './testing/torture-messages.ts';
import type { Source } from './transport/flow.ts';
import type { UserAgentOutput } from './user-agent/outputs.ts';
import { UserAgent } from './user-agent/user-agent.ts';

const UDP: Source = { transport: 'udp', address: '192.0.2.7', port: 5062 };
const TCP: Source = { transport: 'tcp', address: '192.0.2.7', port: 40_000, connection: 1 };

/**
 * The reaction to each message: the status of the response, `call` for an INVITE that can be answered, or
 * `nothing`.
 */
const REACTIONS: Readonly<Record<string, string>> = {
  badaspec: '200',
  badbranch: '200',
  baddate: 'call',
  baddn: '400',
  badinv01: '400',
  badvers: '505',
  bcast: 'nothing',
  bext01: '420',
  bigcode: 'nothing',
  clerr: '400',
  cparam01: '200',
  cparam02: '200',
  dblreq: '200',
  esc01: 'call',
  esc02: '501',
  escnull: '200',
  escruri: 'call',
  insuf: '400',
  intmeth: '501',
  inv2543: 'call',
  invut: '415',
  longreq: 'call',
  ltgtruri: '400',
  lwsdisp: '200',
  lwsruri: '400',
  lwsstart: '400',
  mcl01: '400',
  mismatch01: '400',
  mismatch02: '400',
  mpart01: '405',
  multi01: '400',
  ncl: '400',
  noreason: 'nothing',
  novelsc: '416',
  quotbal: '400',
  regaut01: '200',
  regbadct: '400',
  regescrt: '200',
  scalar02: '400',
  scalarlg: 'nothing',
  sdp01: '406',
  semiuri: '200',
  transports: '200',
  trws: '400',
  unkscm: '416',
  unksm2: '404',
  unreason: 'nothing',
  // Valid, but within an unknown dialog (RFC 3261 section 12.2.2).
  wsinv: '481',
  zeromf: '200',
};

/** Reactions that differ on a stream. */
const REACTIONS_ON_A_STREAM: Readonly<Record<string, string>> = {
  // The rest of the body may still arrive.
  clerr: 'waiting',
  // On a stream, the bytes after it are a message of their own.
  dblreq: '200, call, nothing, closed',
  // A stream needs a valid, unambiguous Content-Length (RFC 3261 section 20.14).
  inv2543: '400, closed',
  mcl01: '400, closed',
  ncl: '400, closed',
};

function reactionTo(outputs: readonly UserAgentOutput[]): string {
  const answers = outputs.flatMap((output) =>
    output.kind === 'send'
      ? [output.bytes.toString().slice('SIP/2.0 '.length, 11)]
      : output.kind === 'invited'
        ? ['call']
        : [],
  );
  return answers.filter((answer) => answer !== '100').join(', ') || 'nothing';
}

function agent(): UserAgent {
  return new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds() });
}

describe('the 49 messages of RFC 4475', () => {
  const messages = tortureMessages(4475);

  it('All 49 messages of RFC 4475 are present', () => {
    expect(messages.map(({ name }) => name)).toEqual(Object.keys(REACTIONS));
  });

  it.each(messages)('$name causes the right reaction over UDP', ({ name, bytes }) => {
    expect(reactionTo(agent().receive(bytes, UDP, 0))).toBe(REACTIONS[name]);
  });

  it.each(messages)('$name causes the right reaction over TCP', ({ name, bytes }) => {
    const framed = new StreamFramer().push(bytes);
    const one = agent();
    const reactions = framed.messages.map((message) => reactionTo(one.receive(message, TCP, 0)));
    if (framed.messages.length === 0) reactions.push('waiting');
    if (framed.error !== undefined) reactions.push('closed');
    expect(reactions.join(', ')).toBe(REACTIONS_ON_A_STREAM[name] ?? REACTIONS[name]);
  });

  it('A datagram without its final empty line is answered as usual', () => {
    for (const name of ['baddn', 'cparam01', 'noreason']) {
      const bytes = messages.find((message) => message.name === name)?.bytes ?? Buffer.alloc(0);
      expect(reactionTo(agent().receive(bytes.subarray(0, -2), UDP, 0))).toBe(REACTIONS[name]);
    }
    expect(reactionTo(agent().receive(Buffer.from('OPTIONS sip:x@y SIP/2.0\r\n'), UDP, 0))).toBe('nothing');
  });

  it('One user agent handles all messages one after the other', () => {
    const one = agent();
    for (const { name, bytes } of messages) {
      const reaction = reactionTo(one.receive(bytes, { ...UDP, port: 1024 + name.length }, 0));
      // Some share a Call-ID, or a number to register, with another message.
      if (!['400', '481', '482'].includes(reaction))
        expect([name, reaction]).toEqual([name, REACTIONS[name]]);
    }
  });
});

describe('the messages of RFC 5118', () => {
  const reactions: Readonly<Record<string, string>> = {
    'ipv4-mapped-ipv6': 'call',
    'ipv6-bad': '400',
    'ipv6-bug-abnf-3-colons': '200',
    'ipv6-correct-abnf-2-colons': '200',
    'ipv6-good': '200',
    'ipv6-in-sdp': 'call',
    'mult-ip-in-header': '481',
    'mult-ip-in-sdp': 'call',
    'port-ambiguous': '200',
    'port-unambiguous': '200',
    'via-received-param-no-delim': '200',
    'via-received-param-with-delim': '481',
  };

  it.each(tortureMessages(5118))('$name causes the right reaction', ({ name, bytes }) => {
    const source: Source = { transport: 'udp', address: '2001:db8::7', port: 5062 };
    expect(reactionTo(agent().receive(bytes, source, 0))).toBe(reactions[name]);
  });
});
