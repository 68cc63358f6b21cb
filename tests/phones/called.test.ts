import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tone } from '#audio';
import { Baresip, eventually, waitForTone } from '#testkit';
import { Switchboard } from './switchboard.ts';

const NUMBERS = { udp: '+15557772001', tcp: '+15557772002' };
const TONE = 'a tone';
const TONE_HZ = 600;
const RATE = 8000;

let board: Switchboard;
let phone: Baresip | undefined;

beforeAll(async () => {
  board = await Switchboard.start();
  board.media.loadAudio(TONE, tone(TONE_HZ, 10 * RATE, RATE));
});
afterEach(async () => {
  await phone?.stop();
});
afterAll(async () => {
  await board?.close();
});

describe('baresip registers and is called', () => {
  it.each([
    'udp',
    'tcp',
  ] as const)('Called over %s, it answers, hears, keys; refuses; is hung up', async (transport) => {
    board.events.length = 0;
    const number = NUMBERS[transport];
    const registrar = { port: board.sip.port, transport };
    phone = await Baresip.start({ from: number, codec: 'PCMU', toneHz: 400, registrar });
    await eventually('the registration', () => board.sip.registered().includes(number));
    const legId = `call by ${transport}`;
    board.sip.place({ legId, from: '+15559990000', to: number });
    await board.until(/ringing/);
    await phone.answer();
    await board.until(/answered/);
    board.media.play(legId, { playId: '1', audioId: TONE, repeat: 1 });
    await waitForTone(phone, TONE_HZ);
    await phone.press('7');
    await board.until(/digit 7/);
    board.sip.hangUp(legId, 0);
    await phone.event('CALL_CLOSED');
    board.sip.place({ legId: `${legId} again`, from: 'anonymous', to: number });
    await board.until(/ringing/, 2);
    await phone.hangUp();
    await board.until(/ended 4\d\d far/);
    expect(board.events).toEqual([
      'ringing',
      'answered',
      'digit 7',
      'ended 0 us',
      'ringing',
      expect.stringMatching(/^ended 4\d\d far/),
    ]);
  });
});
