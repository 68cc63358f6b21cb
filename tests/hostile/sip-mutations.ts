import type { Dice } from './dice.ts';

/**
 * Messages with one or several defects, built like those of the PROTOS test suite c07-sip (University of
 * Oulu, 2005): a valid message in which a field is replaced by something that parsers stumble over.
 */

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 6000 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

const METHODS = [
  'INVITE',
  'INVITE',
  'OPTIONS',
  'REGISTER',
  'BYE',
  'CANCEL',
  'ACK',
  'INFO',
  'UPDATE',
  'PRACK',
  'MESSAGE',
];

/** The fields of a message, whose contents are replaced. */
type Fields = Record<string, string>;

/** The size that fits into a datagram. */
const LONGEST_BYTES = 65_000;
const OVERFLOWS = [1, 17, 255, 256, 1_024, 4_095, 8_192, 30_000];

/** A replacement for a value or a part of it. */
function anomaly(dice: Dice): string {
  const long = dice.pick(OVERFLOWS);
  return dice.pick([
    () => 'a'.repeat(long),
    () => dice.pick(['%s', '%n', '%.4097d', '%x%x%x']).repeat(1 + dice.roll(20)),
    () =>
      dice.pick([
        '0',
        '-1',
        '00000000000000000001',
        '65536',
        '2147483648',
        '4294967295',
        '99999999999999999999',
      ]),
    () =>
      dice
        .pick(['"', '\\', '<', '>', '<<', '>>', ';', ',', ':', '@', '=', '?', '(', '[', '{', '/'])
        .repeat(1 + dice.roll(Math.min(long, 2_000))),
    () => dice.bytes(1 + dice.roll(40)).toString('latin1'),
    () => '',
    () =>
      dice
        .pick(['\0', '\r', '\n', '\t', ' ', '\r\n ', '\u00a0', '\u202e', '\ufeff'])
        .repeat(1 + dice.roll(300)),
    () =>
      dice.pick([
        '[::1]',
        '[:::1]',
        '[fe80::1%eth0]',
        '127.0.0.1.1',
        '0x7f.1',
        '999.999.999.999',
        '..',
        'x.invalid',
      ]),
    () =>
      dice.pick([
        'sip:',
        'sips:x',
        'tel:+1',
        'http://x',
        'sip:a:b@c:d',
        'sip:%00@x',
        'sip:x@y;a;a;a',
        'sip:@',
        'urn:x',
      ]),
    () => `multipart/mixed;boundary=${dice.pick(['', '-', '"', 'a'.repeat(80), '--'])}`,
  ])();
}

function goodFields(dice: Dice, method: string, source: { transport: string; port: number }): Fields {
  const n = dice.roll(2 ** 31);
  const body = method === 'INVITE' || method === 'UPDATE' ? OFFER : method === 'INFO' ? 'Signal=5\r\n' : '';
  return {
    start: `${method} sip:+15551230000@127.0.0.1 SIP/2.0`,
    Via: `SIP/2.0/${source.transport} 127.0.0.1:${source.port};branch=z9hG4bK${n};rport`,
    'Max-Forwards': '70',
    From: `"Someone" <sip:+1555${String(n).padStart(7, '0').slice(0, 7)}@127.0.0.1>;tag=${n}`,
    To: '<sip:+15551230000@127.0.0.1>',
    'Call-ID': `hostile-${n}@127.0.0.1`,
    CSeq: `${1 + dice.roll(100)} ${method}`,
    Contact: `<sip:someone@127.0.0.1:${source.port}>`,
    Expires: '60',
    Require: '',
    Supported: '100rel, timer',
    'Session-Expires': '90;refresher=uac',
    RAck: '1 1 INVITE',
    Authorization: 'Digest username="x", realm="y", nonce="z", uri="sip:a", response="b"',
    'Content-Type': method === 'INFO' ? 'application/dtmf-relay' : 'application/sdp',
    'Content-Disposition': 'session;handling=required',
    body,
  };
}

/** The next message of the generator. Most have a correct Content-Length. */
export function hostileMessage(dice: Dice, source: { transport: string; port: number }): Buffer {
  const method = dice.pick(METHODS);
  const fields = goodFields(dice, method, source);
  const names = Object.keys(fields);
  for (let wrong = dice.roll(3); wrong >= 0; wrong--) {
    const name = dice.pick(names);
    const good = fields[name] ?? '';
    const at = dice.roll(good.length + 1);
    fields[name] = dice.pick([
      () => anomaly(dice),
      () => good.slice(0, at) + anomaly(dice) + good.slice(at),
      () => good.slice(0, at),
      () => `${good},${good}`,
      () => good.replaceAll(/[;=:<]/g, () => anomaly(dice).slice(0, 20)),
    ])();
  }
  if (dice.roll(6) === 0) delete fields[dice.pick(names)];
  const { start = '', body = '', ...headers } = fields;
  const lines = Object.entries(headers).flatMap(([name, value]) => {
    const line = `${dice.roll(40) === 0 ? anomaly(dice).slice(0, 60) : name}: ${value}`;
    return value === '' && dice.roll(3) > 0
      ? []
      : Array.from({ length: dice.roll(30) === 0 ? 40 : 1 }, () => line);
  });
  const bytes = Buffer.from(body, 'latin1');
  const length = dice.roll(12) === 0 ? anomaly(dice).slice(0, 30) : String(bytes.length);
  const end = dice.roll(30) === 0 ? '\n' : '\r\n';
  const head = Buffer.from([start, ...lines, `Content-Length: ${length}`, '', ''].join(end), 'latin1');
  const whole = Buffer.concat([head, bytes]);
  const cut = whole.subarray(0, LONGEST_BYTES);
  return dice.roll(10) === 0 ? dice.damage(cut) : cut;
}
