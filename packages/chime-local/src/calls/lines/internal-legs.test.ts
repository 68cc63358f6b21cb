import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { type InternalCall, InternalLegs, MAX_HOPS } from './internal-legs.ts';

let told: string[];
let arrived: InternalCall[];
let legs: InternalLegs;
let noPorts: boolean;

const answerer = {
  arrived: (call: InternalCall) => void arrived.push(call),
  ended: (legId: string) => void told.push(`answerer's ${legId} is over`),
};
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};
const place = async (legId: string, parent?: string): Promise<string> => {
  legs.place({ legId, from: '+1', to: '+2', sipHeaders: { 'x-a': '1' } }, answerer, parent);
  await settle();
  return arrived.at(-1)?.legId ?? '';
};

beforeEach(() => {
  told = [];
  arrived = [];
  noPorts = false;
  let ids = 0;
  legs = new InternalLegs({
    media: {
      openLeg: async (legId) => {
        if (noPorts) throw new Error('full');
        told.push(`open ${legId}`);
        return { address: '', rtpPort: 0, rtcpPort: 0 };
      },
      connectLeg: (legId) => void told.push(`connect ${legId}`),
      closeLeg: (legId) => void told.push(`close ${legId}`),
    },
    ids: { guid: () => `far-${++ids}`, hex: () => '', integer: () => 0 },
    log: silentLog,
    events: {
      onLegRinging: (legId) => void told.push(`${legId} rings`),
      onLegEarlyMedia: (legId) => void told.push(`${legId} hears`),
      onLegAnswered: (legId) => void told.push(`${legId} answered`),
      onLegEnded: (legId, { sipResponseCode, by }) =>
        void told.push(`${legId} ended ${sipResponseCode} ${by}`),
    },
  });
});

describe('a call that stays on this machine', () => {
  it('An internal call rings, is answered and ends at both ends', async () => {
    const far = await place('near');
    expect(arrived).toEqual([{ legId: far, from: '+1', to: '+2', sipHeaders: { 'x-a': '1' } }]);
    told = [];
    legs.ring(far);
    legs.answer('near');
    expect(told).toEqual(['near rings']);
    legs.answer(far);
    expect(told.slice(1)).toEqual(['connect near', `connect ${far}`, `${far} answered`, 'near answered']);
    told = [];
    legs.hangUp('near', 0);
    legs.hangUp(far, 0);
    expect(told).toEqual([
      'close near',
      `close ${far}`,
      'near ended 0 us',
      `${far} ended 0 far`,
      `answerer's ${far} is over`,
    ]);
    expect(legs.has(far)).toBe(false);
  });

  it('An internal call is refused with a code or cancelled', async () => {
    legs.hangUp(await place('one'), 486);
    legs.hangUp(await place('two'), 0);
    await place('three');
    legs.hangUp('three', 0);
    const ends = told.filter((line) => /^(one|two|three) ended/.test(line));
    expect(ends).toEqual(['one ended 486 far', 'two ended 480 far', 'three ended 487 us']);
  });

  it('An internal call is cancelled before the answerer hears of it', async () => {
    legs.place({ legId: 'near', from: '+1', to: '+2' }, answerer, undefined);
    legs.hangUp('near', 0);
    await settle();
    expect(arrived).toEqual([]);
    expect(told.filter((line) => line.startsWith('close'))).toHaveLength(4);
  });

  it('An internal call ends with 503 if it gets no media', async () => {
    noPorts = true;
    await place('near');
    expect(told.at(-1)).toBe('near ended 503 far');
  });

  it('An internal call cannot call itself for ever', async () => {
    let parent: string | undefined;
    for (let hop = 0; hop < MAX_HOPS; hop++) parent = await place(`leg-${hop}`, parent);
    expect(arrived).toHaveLength(MAX_HOPS);
    await place('last', parent);
    expect(arrived).toHaveLength(MAX_HOPS);
    expect(told.at(-1)).toBe('last ended 483 far');
  });

  it('An internal call ends when the process does', async () => {
    const far = await place('near');
    legs.answer(far);
    legs.close();
    expect(told).toContain(`${far} ended 0 far`);
  });
});
