import { beforeEach, describe, expect, it } from 'vitest';
import { parsePartyScript } from '#options';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { TestParty } from './test-party.ts';

let clock: ScriptedClock;
let did: string[];
let party: TestParty;

beforeEach(() => {
  clock = new ScriptedClock();
  did = [];
  party = new TestParty({
    legs: {
      ring: () => void did.push('ring'),
      answer: () => void did.push('answer'),
      hangUp: (_leg, code) => void did.push(`hang up ${code}`),
    },
    media: {
      loadAudio: () => {},
      play: (_leg, { playId, audioId }) => void did.push(`${playId}: ${audioId}`),
      sendKeys: (_leg, { playId, keys }) => void did.push(`${playId}: keys ${keys}`),
    },
    speech: async ({ text }) => (text === 'unspeakable' ? {} : text),
    onSaid: (_leg, text) => void did.push(`said ${text}`),
    scriptOf: (number) =>
      parsePartyScript(number === '+1' ? 'busy' : 'ring 2; say Hello; press 1#; wait 3; hangup') ?? [],
    clock,
    log: silentLog,
  });
});

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};
const call = (to: string, sipHeaders?: Record<string, string>) =>
  party.arrived({ legId: 'far', from: '+9', to, ...(sipHeaders ? { sipHeaders } : {}) });

describe('the test party', () => {
  it('The test party starts each step once the previous one is done', async () => {
    call('+2');
    clock.advance(1_999);
    expect(did).toEqual(['ring']);
    clock.advance(1);
    await settle();
    expect(did).toEqual(['ring', 'answer', 'said Hello', 'party-2: Hello']);
    expect(party.playbackFinished('far', 'party-2')).toBe(true);
    expect(did.at(-1)).toBe('party-3: keys 1#');
    party.playbackFinished('far', 'party-3');
    clock.advance(3_000);
    expect(did.at(-1)).toBe('hang up 0');
  });

  it('The test party refuses a number whose script says busy', () => {
    call('+1');
    expect(did).toEqual(['hang up 486']);
  });

  it("A valid script in a call's header replaces the number's script", () => {
    call('+1', { 'X-Test-Party': 'refuse 603' });
    call('+1', { 'x-test-party': 'nonsense' });
    expect(did).toEqual(['hang up 603', 'hang up 486']);
  });

  it('The test party does nothing more once the call is over', async () => {
    call('+2');
    party.ended('far');
    clock.advance(60_000);
    await settle();
    expect(did).toEqual(['ring']);
    expect(party.playbackFinished('far', 'party-2')).toBe(false);
  });

  it('The test party skips a text that cannot be spoken', async () => {
    call('+2', { 'X-Test-Party': 'say unspeakable; hangup' });
    await settle();
    expect(did).toEqual(['answer', 'said unspeakable', 'hang up 0']);
  });
});
