import { describe, expect, it } from 'vitest';
import { phone, START } from './reducer.ts';
import type { Effect, PhoneEvent, PhoneState } from './state.ts';

const READY: PhoneEvent = { type: 'line', line: { is: 'ready' }, at: 0 };
const DIAL: PhoneEvent = { type: 'dial', id: 'out-1', number: '+12025550100', at: 1000 };
const OPEN: PhoneEvent = { type: 'microphone', id: 'out-1', microphone: { is: 'open' } };
const UP: PhoneEvent = { type: 'connected', id: 'out-1', at: 3000 };
const ARRIVED: PhoneEvent = { type: 'arrived', id: 'in-1', number: '+12065550142', at: 1000 };
const ARRIVED_OPEN: PhoneEvent = { type: 'microphone', id: 'in-1', microphone: { is: 'open' } };

/** The state after the events, and the effects of the last one. */
function told(...events: PhoneEvent[]): { state: PhoneState; effects: Effect[] } {
  return events.reduce<{ state: PhoneState; effects: Effect[] }>(({ state }, event) => phone(state, event), {
    state: START,
    effects: [],
  });
}

describe('calling', () => {
  it('A call opens the microphone, dials, rings back and is connected', () => {
    expect(told(READY, DIAL).effects).toEqual([{ do: 'open-sound', id: 'out-1' }]);
    const dialled = told(READY, DIAL, OPEN);
    expect(dialled.effects).toEqual([{ do: 'dial', id: 'out-1', number: '+12025550100' }]);
    const ringing = told(READY, DIAL, OPEN, { type: 'ringing', id: 'out-1' });
    expect(ringing.state.call?.stage).toBe('ringing');
    expect(ringing.effects).toEqual([{ do: 'noise', noise: 'ringback' }]);
    const up = told(READY, DIAL, OPEN, { type: 'ringing', id: 'out-1' }, UP);
    expect(up.state.call).toMatchObject({
      stage: 'connected',
      connectedAt: 3000,
      microphone: { is: 'open' },
    });
    expect(up.effects).toEqual([{ do: 'noise', noise: 'nothing' }]);
  });

  it('The phone does not dial without a line, or a second time', () => {
    expect(told(DIAL).state.call).toBeUndefined();
    expect(
      told(READY, DIAL, { ...DIAL, id: 'out-2', type: 'dial', number: '9', at: 2 } as PhoneEvent),
    ).toMatchObject({ state: { call: { id: 'out-1' } }, effects: [] });
  });

  it('A call continues without a microphone and keeps the reason', () => {
    const { state, effects } = told(READY, DIAL, {
      type: 'microphone',
      id: 'out-1',
      microphone: { is: 'none', why: 'refused' },
    });
    expect(state.call).toMatchObject({ stage: 'dialling', microphone: { is: 'none', why: 'refused' } });
    expect(effects).toEqual([{ do: 'dial', id: 'out-1', number: '+12025550100' }]);
  });

  it('A microphone opened after the call was cancelled is closed', () => {
    const gone = told(READY, DIAL, { type: 'hang-up', at: 1500 });
    expect(gone.effects).toEqual([
      { do: 'noise', noise: 'nothing' },
      { do: 'close-sound', id: 'out-1' },
    ]);
    expect(gone.state.recent[0]).toMatchObject({ ending: { how: 'cancelled' } });
    expect(phone(gone.state, OPEN)).toEqual({
      state: gone.state,
      effects: [{ do: 'close-sound', id: 'out-1' }],
    });
  });

  it('A call is cancelled while it rings', () => {
    const { state, effects } = told(READY, DIAL, OPEN, { type: 'hang-up', at: 2000 });
    expect(effects[0]).toEqual({ do: 'end', id: 'out-1' });
    expect(state.call).toBeUndefined();
    expect(state.trouble).toBeUndefined();
  });

  it('Hanging up ends the call, releases the sound and records the length', () => {
    const { state, effects } = told(READY, DIAL, OPEN, UP, { type: 'hang-up', at: 8000 });
    expect(effects.map((effect) => effect.do)).toEqual(['end', 'noise', 'close-sound']);
    expect(state.recent).toEqual([
      {
        id: 'out-1',
        number: '+12025550100',
        direction: 'out',
        startedAt: 1000,
        lastedMs: 5000,
        ending: { how: 'hung-up', by: 'me' },
      },
    ]);
  });

  it('A problem is shown until the next call or its dismissal', () => {
    const ended: PhoneEvent = { type: 'ended', id: 'out-1', at: 2000, ending: { how: 'busy' } };
    const { state, effects } = told(READY, DIAL, OPEN, ended);
    expect(state.trouble?.what).toBe('+12025550100 is busy.');
    expect(effects.map((effect) => effect.do)).toEqual(['noise', 'close-sound']);
    expect(phone(state, { type: 'dismiss' }).state.trouble).toBeUndefined();
    expect(phone(state, { ...DIAL, id: 'out-2' } as PhoneEvent).state.trouble).toBeUndefined();
  });
});

describe('being called', () => {
  it('An incoming call rings and is answered once the microphone is open', () => {
    expect(told(READY, ARRIVED).effects).toEqual([{ do: 'noise', noise: 'ringing' }]);
    expect(told(READY, ARRIVED, { type: 'answer' }).effects).toEqual([
      { do: 'noise', noise: 'nothing' },
      { do: 'open-sound', id: 'in-1' },
    ]);
    const { state, effects } = told(READY, ARRIVED, { type: 'answer' }, ARRIVED_OPEN);
    expect(state.call?.stage).toBe('answering');
    expect(effects).toEqual([{ do: 'accept', id: 'in-1' }]);
  });

  it('A call is declined with 603, even while the microphone is requested', () => {
    const refusal = { do: 'end', id: 'in-1', code: 603 };
    expect(told(READY, ARRIVED, { type: 'hang-up', at: 1 }).effects[0]).toEqual(refusal);
    expect(told(READY, ARRIVED, { type: 'answer' }, { type: 'hang-up', at: 1 }).effects[0]).toEqual(refusal);
  });

  it('A second caller is refused with 486, and the first call continues', () => {
    const { state, effects } = told(READY, DIAL, ARRIVED);
    expect(effects).toEqual([{ do: 'end', id: 'in-1', code: 486 }]);
    expect(state.call?.id).toBe('out-1');
  });

  it('A missed call is remembered as such', () => {
    const ended: PhoneEvent = { type: 'ended', id: 'in-1', at: 2000, ending: { how: 'missed' } };
    const { state } = told(READY, ARRIVED, ended);
    expect(state.recent[0]).toMatchObject({ direction: 'in', ending: { how: 'missed' } });
    expect(state.trouble?.what).toContain('missed a call from +12065550142');
  });
});

describe('in a call', () => {
  it('Keys are sent only while connected, and forgotten with the call', () => {
    const keys: PhoneEvent = { type: 'keys', keys: '12#' };
    expect(told(READY, DIAL, OPEN, keys).effects).toEqual([]);
    const pressed = told(READY, DIAL, OPEN, UP, keys);
    expect(pressed.effects).toEqual([{ do: 'keys', id: 'out-1', keys: '12#' }]);
    expect(pressed.state.call?.keyed).toBe('12#');
    const over = phone(pressed.state, { type: 'hang-up', at: 4000 });
    expect(JSON.stringify(over)).not.toContain('12#');
  });

  it('Muting twice has one effect', () => {
    const muted = told(READY, DIAL, OPEN, UP, { type: 'mute', muted: true });
    expect(muted.effects).toEqual([{ do: 'mute', muted: true }]);
    expect(phone(muted.state, { type: 'mute', muted: true }).effects).toEqual([]);
  });

  it('A call is lost with the line, which comes back', () => {
    const { state, effects } = told(READY, DIAL, OPEN, UP, { type: 'line', line: { is: 'lost' }, at: 9000 });
    expect(effects.map((effect) => effect.do)).toEqual(['end', 'noise', 'close-sound']);
    expect(state).toMatchObject({
      line: { is: 'lost' },
      trouble: { what: expect.stringContaining('connection was lost') },
      recent: [{ lastedMs: 6000, ending: { how: 'network-lost' } }],
    });
    expect(phone(state, READY).state.line).toEqual({ is: 'ready' });
  });

  it('Unplugging the microphone is noticed', () => {
    const { state, effects } = told(READY, DIAL, OPEN, UP, {
      type: 'microphone',
      id: 'out-1',
      microphone: { is: 'none', why: 'gone' },
    });
    expect(state.call).toMatchObject({ stage: 'connected', microphone: { is: 'none', why: 'gone' } });
    expect(effects).toEqual([]);
  });

  it('Events of calls that are gone are ignored', () => {
    const up = told(READY, DIAL, OPEN, UP).state;
    const late: PhoneEvent[] = [
      { type: 'ended', id: 'out-0', at: 1, ending: { how: 'busy' } },
      { type: 'ringing', id: 'out-0' },
      { type: 'connected', id: 'out-0', at: 1 },
    ];
    for (const event of late) expect(phone(up, event)).toEqual({ state: up, effects: [] });
  });
});
