import { afterEach, beforeEach, expect, it } from 'vitest';
import { CallReport } from '#call-host';
import type { CallRecords } from '#call-record';
import { createLog, systemClock } from '#platform';
import { eventually } from '#testkit';
import { CALLER, CallWorld, onArrival } from './testing/call-world.ts';

let world: CallWorld;
let lines: string[];
let notes: unknown[];

beforeEach(async () => {
  world = new CallWorld();
  lines = [];
  notes = [];
  const log = createLog((_level, _name, text) => void lines.push(text));
  const addToLeg = (_legId: string, entry: object) => void ('kind' in entry && notes.push(entry));
  // All other methods of the records are ignored.
  const records = new Proxy({} as CallRecords, {
    get: (_target, name) => (name === 'addToLeg' ? addToLeg : () => {}),
  });
  await world.start({}, { report: new CallReport(log, systemClock), records });
});
afterEach(() => world.close());

it('Keys that come twice count once and are reported with the cure', async () => {
  world.functions.first = onArrival({
    Type: 'ReceiveDigits',
    Parameters: {
      InputDigitsRegex: '^..$',
      InBetweenDigitsDurationInMilliseconds: 1000,
      FlushDigitsDurationInMilliseconds: 5000,
    },
  });
  const phone = await world.dial();
  await phone.answered();
  await eventually('sound', () => phone.line.heard.length > 0);
  for (const key of ['1', '2']) {
    await phone.press(key);
    phone.tellKey(key);
  }
  await eventually('the digits', () => world.events.at(-1)?.InvocationEventType === 'DIGITS_RECEIVED');
  expect(world.events.at(-1)?.ActionData).toMatchObject({ ReceivedDigits: '12' });
  await eventually('the note', () => notes.length > 0);
  const text = expect.stringContaining('sends its keys twice, as RTP events and as SIP INFO');
  expect(notes).toEqual([{ kind: 'Note', legId: expect.any(String), text }]);
  expect(lines.filter((line) => line.includes('twice'))).toEqual([
    expect.stringContaining(`${CALLER} sends its keys twice`),
  ]);
  await phone.hangUp();
});
