import { type Ending, troubleOf } from './endings.ts';
import type { Call, Effect, PastCall, PhoneEvent, PhoneState } from './state.ts';

/** Maximum number of past calls that are remembered. */
const MAX_RECENT = 20;
/** Maximum number of a call's keys that are shown. */
const MAX_KEYED = 64;
/** The response to a second caller of a busy phone (RFC 3261 section 21.4.24). */
const BUSY_HERE = 486;
/** The response to a caller who is declined (RFC 3261 section 21.6.2). */
const DECLINE = 603;

export const START: PhoneState = { line: { is: 'starting' }, recent: [] };

interface Step {
  state: PhoneState;
  effects: Effect[];
}

const stay = (state: PhoneState): Step => ({ state, effects: [] });

/** The whole behaviour of the phone: the state after an event, and the effects to carry out. */
export function phone(state: PhoneState, event: PhoneEvent): Step {
  switch (event.type) {
    case 'line':
      return onLine(state, event);
    case 'number':
      return stay({ ...state, number: event.number });
    case 'dial':
      return onDial(state, event);
    case 'arrived':
      return onArrived(state, event);
    case 'dismiss':
      return stay(without(state, 'trouble'));
    case 'ended':
      return state.call?.id === event.id ? end(state, state.call, event.ending, event.at) : stay(state);
    default:
      return inCall(state, event);
  }
}

type InCall = Exclude<PhoneEvent, { type: 'line' | 'number' | 'dial' | 'arrived' | 'dismiss' | 'ended' }>;

/** Handles events that have a meaning only during a call. */
function inCall(state: PhoneState, event: InCall): Step {
  const { call } = state;
  if (event.type === 'microphone') return onMicrophone(state, event);
  if (!call || ('id' in event && event.id !== call.id)) return stay(state);
  switch (event.type) {
    case 'answer':
      if (call.stage !== 'arriving') return stay(state);
      return {
        state: withCall(state, { ...call, stage: 'microphone' }),
        effects: [
          { do: 'noise', noise: 'nothing' },
          { do: 'open-sound', id: call.id },
        ],
      };
    case 'hang-up':
      return onHangUp(state, call, event.at);
    case 'ringing':
      if (call.stage !== 'dialling') return stay(state);
      return {
        state: withCall(state, { ...call, stage: 'ringing' }),
        effects: [{ do: 'noise', noise: 'ringback' }],
      };
    case 'connected':
      if (call.stage === 'connected') return stay(state);
      return {
        state: withCall(state, { ...call, stage: 'connected', connectedAt: event.at }),
        effects: [{ do: 'noise', noise: 'nothing' }],
      };
    case 'keys':
      if (call.stage !== 'connected' || event.keys === '') return stay(state);
      return {
        state: withCall(state, { ...call, keyed: (call.keyed + event.keys).slice(-MAX_KEYED) }),
        effects: [{ do: 'keys', id: call.id, keys: event.keys }],
      };
    case 'mute':
      if (call.muted === event.muted) return stay(state);
      return {
        state: withCall(state, { ...call, muted: event.muted }),
        effects: [{ do: 'mute', muted: event.muted }],
      };
  }
}

function onLine(state: PhoneState, event: { line: PhoneState['line']; at: number }): Step {
  const next = { ...state, line: event.line };
  const { call } = state;
  if (event.line.is !== 'lost' || !call) return stay(next);
  // Without the WebSocket neither end can notify the other, so the call is ended locally.
  const step = end(next, call, { how: 'network-lost' }, event.at);
  return { state: step.state, effects: [{ do: 'end', id: call.id }, ...step.effects] };
}

function onDial(state: PhoneState, event: { id: string; number: string; at: number }): Step {
  if (state.call || state.line.is !== 'ready') return stay(state);
  const { id, number, at } = event;
  const call: Call = {
    ...{ id, number, direction: 'out', stage: 'microphone', startedAt: at, muted: false, keyed: '' },
  };
  return { state: { ...without(state, 'trouble'), call }, effects: [{ do: 'open-sound', id }] };
}

function onArrived(state: PhoneState, event: { id: string; number: string; at: number }): Step {
  const { id, number, at } = event;
  if (state.call) return { state, effects: [{ do: 'end', id, code: BUSY_HERE }] };
  const call: Call = {
    ...{ id, number, direction: 'in', stage: 'arriving', startedAt: at, muted: false, keyed: '' },
  };
  return { state: { ...without(state, 'trouble'), call }, effects: [{ do: 'noise', noise: 'ringing' }] };
}

/** Handles the answer to the request for the microphone, or a later change of it. */
function onMicrophone(state: PhoneState, event: { id: string; microphone: Call['microphone'] }): Step {
  const { call } = state;
  // The user cancelled while the browser was asking.
  if (!call || call.id !== event.id) return { state, effects: [{ do: 'close-sound', id: event.id }] };
  const { microphone } = event;
  const known = { ...call, ...(microphone ? { microphone } : {}) };
  if (call.stage !== 'microphone') return stay(withCall(state, known));
  return call.direction === 'out'
    ? {
        state: withCall(state, { ...known, stage: 'dialling' }),
        effects: [{ do: 'dial', id: call.id, number: call.number }],
      }
    : {
        state: withCall(state, { ...known, stage: 'answering' }),
        effects: [{ do: 'accept', id: call.id }],
      };
}

function onHangUp(state: PhoneState, call: Call, at: number): Step {
  const step = end(state, call, endedHere(call), at);
  const declined = call.direction === 'in' && call.stage !== 'connected';
  // Before the INVITE there is nobody to notify.
  if (call.direction === 'out' && call.stage === 'microphone') return step;
  const told: Effect = { do: 'end', id: call.id, ...(declined ? { code: DECLINE } : {}) };
  return { state: step.state, effects: [told, ...step.effects] };
}

function endedHere(call: Call): Ending {
  if (call.stage === 'connected') return { how: 'hung-up', by: 'me' };
  return call.direction === 'in' ? { how: 'declined-here' } : { how: 'cancelled' };
}

function end(state: PhoneState, call: Call, ending: Ending, at: number): Step {
  const { id, number, direction, startedAt, connectedAt } = call;
  const past: PastCall = {
    ...{ id, number, direction, startedAt, ending },
    ...(connectedAt === undefined ? {} : { lastedMs: Math.max(0, at - connectedAt) }),
  };
  const trouble = troubleOf(ending, number);
  return {
    state: {
      ...without(state, 'call'),
      ...(trouble ? { trouble } : {}),
      recent: [past, ...state.recent].slice(0, MAX_RECENT),
    },
    effects: [
      { do: 'noise', noise: 'nothing' },
      { do: 'close-sound', id },
    ],
  };
}

function withCall(state: PhoneState, call: Call): PhoneState {
  return { ...state, call };
}

function without(state: PhoneState, member: 'call' | 'trouble'): PhoneState {
  const { [member]: _, ...rest } = state;
  return rest;
}
