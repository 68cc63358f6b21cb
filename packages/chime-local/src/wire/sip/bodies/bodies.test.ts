import { describe, expect, it } from 'vitest';
import { SipRequest } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { PHONE_OFFER, requestBytes } from '../testing/example-messages.ts';
import { obstacleInBodies, sessionBody } from './session-body.ts';

/** An INVITE with this body and additional header fields. */
function invite(type: string | undefined, body: string, ...fields: string[]): SipRequest {
  const headers = [...(type === undefined ? [] : [`c: ${type}`]), ...fields];
  const bytes = requestBytes({ body, headers }).toString().replace('Content-Type: application/sdp\r\n', '');
  const result = parseMessage(Buffer.from(bytes));
  if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error(result.kind);
  return result.message;
}

const SDP = `Content-Type: application/sdp\r\n\r\n${PHONE_OFFER}`;
const ISUP = 'Content-Type: application/isup;version=itu-t92+\r\n\r\n\x01\x00\xff';
const PIDF = 'Content-Type: application/pidf+xml\r\nContent-ID: <a@x>\r\n\r\n<presence/>';
const cut = (boundary: string, parts: string[]) =>
  `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;

describe('the description in a body (RFC 5621)', () => {
  it.each<[string, string | undefined, string]>([
    ['alone', 'application/sdp', PHONE_OFFER],
    ['with parameters', 'application/sdp ; charset="utf-8";x', PHONE_OFFER],
    ['in capitals', 'Application / SDP', PHONE_OFFER],
    ['without a type', undefined, PHONE_OFFER],
    ['first of two, with ISUP', 'multipart/mixed;boundary="uniq-1"', cut('uniq-1', [SDP, ISUP])],
    ['first of two, with a place', 'multipart/mixed;boundary="uniq-1"', cut('uniq-1', [SDP, PIDF])],
    ['last of three', 'multipart/mixed; boundary=x', cut('x', [PIDF, ISUP, SDP])],
    ['with a preamble and an epilogue', 'multipart/mixed;boundary=x', `hello\r\n${cut('x', [SDP])}bye`],
    ['without the closing boundary', 'multipart/mixed;boundary=x', `--x\r\n${SDP}`],
    ['with LF alone', 'multipart/mixed;boundary=x', cut('x', [SDP, ISUP]).replaceAll('\r\n', '\n')],
    ['with a boundary that needs quotes', 'multipart/mixed;boundary="a b:c"', cut('a b:c', [SDP])],
    [
      'with blanks after the boundary',
      'multipart/mixed;boundary=x',
      cut('x', [SDP]).replace('--x\r\n', '--x \t\r\n'),
    ],
    ['beside a longer boundary', 'multipart/mixed;boundary=x', cut('x', [`${PIDF}\r\n--xy\r\n`, SDP])],
    ['as the last alternative understood', 'multipart/alternative;boundary=x', cut('x', [PIDF, SDP, ISUP])],
    ['with an empty part before it', 'multipart/mixed;boundary=x', cut('x', ['', SDP])],
    ['with text before it', 'multipart/mixed;boundary=x', cut('x', ['\r\nhello', SDP])],
    ['between parts of one type', 'multipart/mixed;boundary=x', cut('x', [PIDF, SDP, PIDF])],
    ['with a boundary in capitals', 'Multipart/MIXED; Boundary=X', cut('X', [SDP, ISUP])],
    [
      'with parameters before the boundary',
      'multipart/mixed;charset="a;b";boundary=x;v=1',
      cut('x', [ISUP, SDP]),
    ],
    ['as related', 'multipart/related;boundary=x;type="application/sdp"', cut('x', [SDP, PIDF])],
    ['of an unknown multipart', 'multipart/x-own;boundary=x', cut('x', [SDP])],
    [
      'nested',
      'multipart/mixed;boundary=o',
      cut('o', [PIDF, `Content-Type: multipart/alternative;boundary=i\r\n\r\n${cut('i', [ISUP, SDP])}`]),
    ],
    [
      'with its own disposition',
      'multipart/mixed;boundary=x',
      cut('x', [`Content-Disposition: session;handling=required\r\n${SDP}`, ISUP]),
    ],
    [
      'in base64',
      'multipart/mixed;boundary=x',
      cut('x', [
        `c: application/sdp\r\ncontent-transfer-encoding: BASE64\r\n\r\n${Buffer.from(PHONE_OFFER).toString('base64')}`,
      ]),
    ],
    [
      'quoted-printable',
      'multipart/mixed;boundary=x',
      cut('x', [
        SDP.replaceAll('=', '=3D').replace('\r\n', '\r\nContent-Transfer-Encoding: quoted-printable\r\n'),
      ]),
    ],
  ])('The session description in a body is found: %s', (_name, type, body) => {
    const request = invite(type, body);
    expect(sessionBody(request)?.toString().replaceAll('\r\n', '\n').trim()).toBe(
      PHONE_OFFER.replaceAll('\r\n', '\n').trim(),
    );
    expect(obstacleInBodies(request)).toBeUndefined();
  });

  it('A description with the early-session disposition is ignored', () => {
    const request = invite(
      'application/sdp',
      PHONE_OFFER,
      'Content-Disposition: early-session; handling=optional',
    );
    expect(sessionBody(request)).toBeUndefined();
    expect(obstacleInBodies(request)).toBeUndefined();
  });

  it('The search for a description is limited in parts and depth', () => {
    const many = cut('x', [...Array.from({ length: 40 }, () => PIDF), SDP]);
    expect(sessionBody(invite('multipart/mixed;boundary=x', many))).toBeUndefined();
    let deep = SDP;
    for (let i = 0; i < 8; i++)
      deep = `Content-Type: multipart/mixed;boundary=b${i}\r\n\r\n${cut(`b${i}`, [deep])}`;
    expect(sessionBody(invite('multipart/mixed;boundary=x', cut('x', [deep])))).toBeUndefined();
  });
});

describe('bodies that cannot be used', () => {
  it.each<[string, string, string, string[], string]>([
    ['another type alone', 'text/plain', 'x', [], 'text/plain is required'],
    [
      'a required part',
      'multipart/mixed;boundary=x',
      cut('x', [SDP, `Content-Disposition: signal;handling=required\r\n${ISUP}`]),
      [],
      'application/isup is required',
    ],
    [
      'no part that is understood',
      'multipart/mixed;boundary=x',
      cut('x', [ISUP]),
      [],
      'application/isup is required',
    ],
    ['a multipart without boundary', 'multipart/mixed', cut('x', [SDP]), [], 'cannot be read'],
    ['a compressed description', 'application/sdp', 'x', ['Content-Encoding: gzip'], 'cannot be read'],
  ])('A body that cannot be used is named: %s', (_name, type, body, fields, text) => {
    expect(obstacleInBodies(invite(type, body, ...fields))).toContain(text);
  });

  it('A body that its sender calls optional is ignored', () => {
    expect(
      obstacleInBodies(invite('text/plain', 'x', 'Content-Disposition: render; Handling = Optional')),
    ).toBeUndefined();
    const optional = `Content-Disposition: x;handling="optional"\r\n${ISUP}`;
    expect(obstacleInBodies(invite('multipart/mixed;boundary=x', cut('x', [optional])))).toBeUndefined();
  });
});
