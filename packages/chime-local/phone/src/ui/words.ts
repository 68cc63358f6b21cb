import type { KnownNumber } from '../config.ts';
import type { Call, Line, NoMicrophone, PhoneState } from '../phone/state.ts';

/** The state of the line in a word or two. */
export function lineInShort(line: Line): string {
  switch (line.is) {
    case 'starting':
      return 'Connecting…';
    case 'ready':
      return 'Ready';
    case 'lost':
      return 'Reconnecting…';
    case 'refused':
      return 'Not registered';
  }
}

/** The current situation in one sentence, which a screen reader speaks when it changes. */
export function situation(state: PhoneState): string {
  const { call, line } = state;
  if (call) return situationOfCall(call);
  if (state.trouble) return 'The call is over';
  if (line.is !== 'ready') return line.is === 'starting' ? 'Connecting to the server…' : 'No calls for now';
  const last = state.recent[0];
  if (last?.ending.how === 'hung-up')
    return last.ending.by === 'me' ? 'You hung up' : 'The other end hung up';
  if (last?.ending.how === 'cancelled') return 'Call cancelled';
  if (last?.ending.how === 'declined-here') return 'Call declined';
  return 'Ready to call';
}

function situationOfCall(call: Call): string {
  switch (call.stage) {
    case 'microphone':
      return 'Waiting for the microphone…';
    case 'dialling':
      return 'Calling…';
    case 'ringing':
      return 'Ringing…';
    case 'arriving':
      return 'Incoming call';
    case 'answering':
      return 'Answering…';
    case 'connected':
      return call.muted ? 'Connected, you are muted' : 'Connected';
  }
}

/** Why the user cannot be heard, and what to do. */
export function withoutMicrophone(why: NoMicrophone): { what: string; advice: string } {
  switch (why) {
    case 'refused':
      return {
        what: 'You can listen, but nobody hears you: the microphone is not allowed.',
        advice: 'Allow it with the sign beside the address of the page, then call again.',
      };
    case 'absent':
      return {
        what: 'You can listen, but nobody hears you: there is no microphone.',
        advice: 'Plug one in and choose it under Sound. Keys work without.',
      };
    case 'in-use':
      return {
        what: 'You can listen, but nobody hears you: another program holds the microphone.',
        advice: 'Close that program, or choose another microphone under Sound.',
      };
    case 'insecure':
      return {
        what: 'You can listen, but nobody hears you: browsers give no microphone to a page from an insecure address.',
        advice: 'Open the page as http://localhost or http://127.0.0.1 on the machine that runs it.',
      };
    case 'gone':
      return {
        what: 'Nobody hears you any more: the microphone was unplugged.',
        advice: 'Plug it in again or choose another one under Sound.',
      };
  }
}

/** Who answers at the number, if that is known. */
export function labelOf(number: string, numbers: readonly KnownNumber[]): string | undefined {
  return numbers.find((known) => known.number === number)?.label;
}

/** The window's title, for users who are looking at another tab. */
export function windowTitle({ call }: PhoneState): string {
  if (!call) return 'Phone';
  if (call.stage === 'arriving') return `☎ ${call.number} is calling`;
  return call.stage === 'connected' ? `In a call with ${call.number}` : `Calling ${call.number}`;
}

/**
 * URL of the runtime's page about a call of this number that began about `startedAt` (milliseconds since the
 * epoch).
 */
export const traceOf = (ownNumber: string, startedAt: number): string =>
  `/calls/#number=${encodeURIComponent(ownNumber)}&at=${startedAt}`;
