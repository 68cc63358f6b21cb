import { describe, expect, it } from 'vitest';
import { HeaderList, SipRequest } from '#sip';
import { digitOfInfo } from './info-digit.ts';

function info(type: string, body: string | Buffer): SipRequest {
  const headers = new HeaderList();
  if (type !== '') headers.add('Content-Type', type);
  return new SipRequest('INFO', 'sip:+15551230000@198.51.100.1', headers, Buffer.from(body));
}

const RELAY = 'application/dtmf-relay';
const EVENT = 'audio/telephone-event';

describe('keys in INFO bodies', () => {
  it.each<[string, string | Buffer, string]>([
    [RELAY, 'Signal=5\r\nDuration=160', '5'],
    [RELAY, 'Signal= 4\r\nDuration= 250\r\n', '4'],
    [RELAY, 'signal = *\r\n', '*'],
    [RELAY, 'Duration=100\r\nSignal= #', '#'],
    // baresip#1814: a space before each line
    [RELAY, ' Signal=#\r\n Duration=100\r\n', '#'],
    // JsSIP#307: lines that only this sender uses
    [RELAY, 'Signal=5\r\nDuration=160\r\nLine=1\r\nSource=keypad', '5'],
    // pjproject#3014: the last line does not end with CRLF
    [RELAY, 'Signal=7\r\nDuration=160', '7'],
    [RELAY, 'Line=1\r\nDuration=160\r\nSignal=8\r\n\r\n', '8'],
    [RELAY, '\r\nSignal=9\r\n', '9'],
    [RELAY, 'Signal=%23', '#'],
    [RELAY, 'Signal=4 ;Duration=100', '4'],
    [RELAY, 'Signal=4, Duration=100', '4'],
    [RELAY, 'SIGNAL = 3', '3'],
    [RELAY, "Signal='2'", '2'],
    ['application/dtmf-info', 'Signal=2', '2'],
    ['application/dtmf-relay;charset="utf-8"', 'Signal=2', '2'],
    ['application/dtmf', 'Signal: 2', '2'],
    ['application/dtmf', '"2"', '2'],
    ['application/dtmf', '5\0', '5'],
    [RELAY, 'Signal=a', 'A'],
    [RELAY, 'Signal="7"', '7'],
    [RELAY, 'Signal:8', '8'],
    [RELAY, 'Signal=9;Duration=100', '9'],
    [RELAY, 'Signal=6\0', '6'],
    [RELAY, 'Signal=10', '*'],
    [RELAY, 'Signal=11', '#'],
    [RELAY, 'Signal=12', 'A'],
    [RELAY, 'Signal=15', 'D'],
    [RELAY, 'Signal=star', '*'],
    [RELAY, '3', '3'],
    ['application/dtmf-relay; charset=utf-8', 'Signal=1\n', '1'],
    ['Application/DTMF-Relay', 'Signal=2', '2'],
    ['application/dtmf', '7', '7'],
    ['application/dtmf', ' # \r\n', '#'],
    ['application/dtmf', 'Signal=0', '0'],
    [EVENT, 'd=5', '5'],
    [EVENT, 'd=*\r\nr=8000', '*'],
    [EVENT, 'd= 11', '#'],
    [EVENT, '5;d=100', '5'],
    [EVENT, '11; d=5', '#'],
    [EVENT, 'e=5', '5'],
    [EVENT, 'e=10\r\nd=160', '*'],
    [EVENT, 'e=0\r\nd=8', '8'],
    ['application/dtmf', '#,100', '#'],
    ['application/dtmf', '5\r\nDuration=100', '5'],
    [EVENT, '5', '5'],
    [EVENT, 'event: telephone-event\r\nd=5', '5'],
    [RELAY, 'Event=DTMF\r\nSignal=5', '5'],
    [EVENT, Buffer.from([4, 0x8a, 3, 0x20]), '4'],
    ['application/vnd.nortelnetworks.digits', 'p=Digit-Collection\r\ny=Digits\r\n\r\nd=1', '1'],
    ['text/plain', '6\r\n', '6'],
    ['text/plain', 'Signal=6', '6'],
    ['text/plain;charset=UTF-8', 'dtmf=6', '6'],
    ['', 'Signal=6', '6'],
    ['application/x-own', 'Signal=6\r\nDuration=1', '6'],
    [
      'multipart/mixed;boundary=b',
      '--b\r\nContent-Type: text/html\r\n\r\nhello\r\n--b\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=6\r\n--b--',
      '6',
    ],
  ])('A key in an INFO body is read: %s %j is %s', (type, body, digit) => {
    expect(digitOfInfo(info(type, body))).toEqual({ digit });
  });

  it.each([
    [RELAY, ''],
    [RELAY, 'Signal=16'],
    [RELAY, 'Signal=HF'],
    ['application/hook-flash', 'signal=hf'],
    ['text/plain', ''],
  ])('An INFO body has no key: %s %j', (type, body) => expect(digitOfInfo(info(type, body))).toBe('none'));

  it.each([
    [RELAY, 'Duration=160'],
    [RELAY, 'Signal=17'],
    [RELAY, 'Signal=123'],
    [RELAY, `Signal=5${' '.repeat(600)}`],
    ['application/dtmf', 'horse'],
  ])('An INFO body is malformed: %s %j', (type, body) =>
    expect(digitOfInfo(info(type, body))).toBe('malformed'));

  it.each([
    ['application/media_control+xml', '<media_control/>'],
    ['text/plain', 'Hello there'],
    ['text/plain', '5 apples'],
    ['text/plain', '5;d=100'],
    ['application/x-own', 'd=6'],
    ['application/x-own', '6'],
  ])('An INFO body is about something else: %s %j', (type, body) => {
    expect(digitOfInfo(info(type, body))).toBe('not about keys');
  });
});
