import type { Call, Leg } from 'pstn-audio/engine';
import { expect, it } from 'vitest';
import { Faults } from './faults.ts';
import { FaultyPhones } from './faulty-phones.ts';

const CALLER = '+14155550123';

function phones() {
  const told: string[] = [];
  const did: string[] = [];
  const faults = new Faults((text) => told.push(text));
  const watch = new FaultyPhones(faults, {
    media: { losePackets: (legId, { received, sent }) => did.push(`${legId} loses ${received} ${sent}`) },
    cutOff: (legId) => did.push(`${legId} is cut off`),
  });
  return { faults, watch, told, did };
}

const leg = (legId: string, changes: Partial<Leg> = {}): Leg => ({
  ...{ legId, participantTag: 'LEG-A', kind: 'telephone', direction: 'Inbound', status: 'connected' },
  ...{ from: CALLER, to: '+12015550100', startTime: 0, answering: false },
  ...changes,
});

const call = (...legs: Leg[]): Call => ({ transactionId: 'call-1', legs }) as unknown as Call;

it('Packets of telephones in calls are lost until the fault is off', () => {
  const { faults, watch, did } = phones();
  watch.changed(call(leg('a', { status: 'unanswered' })), undefined);
  faults.switchOn('lost-packets', { percent: 30, direction: 'from-phone' });
  expect(did).toEqual([]);
  watch.changed(call(leg('a')), undefined);
  watch.changed(
    call(leg('a'), leg('b', { direction: 'Outbound' }), leg('m', { kind: 'meeting' })),
    undefined,
  );
  faults.switchOn('lost-packets', { of: 'LEG-A', direction: 'to-phone' });
  faults.switchOff('lost-packets');
  expect(did).toEqual([
    ...['a loses 30 0', 'b loses 30 0'],
    ...['a loses 0 0', 'a loses 0 20', 'b loses 0 0', 'b loses 0 20'],
    ...['a loses 0 0', 'b loses 0 0'],
  ]);
});

it('A fault affects the telephones it names, as often as it says', () => {
  const { faults, watch, did, told } = phones();
  watch.changed(call(leg('a'), leg('b', { participantTag: 'LEG-B', direction: 'Outbound' })), undefined);
  faults.switchOn('vanished-phone', { of: '+1201', times: 1 });
  watch.changed(call(leg('c', { direction: 'Outbound' })), undefined);
  expect(did).toEqual(['b loses 100 100', 'b is cut off']);
  expect(told.at(-1)).toBe(
    'The fault vanished-phone happens to LEG-B +12015550100 of call call-1, as it was switched on.',
  );
});

it('A vanished telephone stays away and is forgotten with its call', () => {
  const { faults, watch, did } = phones();
  watch.changed(call(leg('a')), undefined);
  faults.switchOn('vanished-phone', {});
  faults.switchOn('lost-packets', {});
  faults.switchOff('lost-packets');
  faults.switchOff('vanished-phone');
  expect(did).toEqual(['a loses 100 100', 'a is cut off']);
  watch.ended(call(leg('a')));
  faults.switchOn('vanished-phone', {});
  expect(did).toHaveLength(2);
});
