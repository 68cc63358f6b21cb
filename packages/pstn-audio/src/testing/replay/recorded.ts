import type { CallInput } from '../../engine/inputs.ts';
import type { InvocationEvent } from '../../events/index.ts';
import { MASKED_KEY } from '../../record/mask.ts';
import type { CallRecord } from '../../record/read-record.ts';
import { type Heard, heardOf, isPlay, type Sound } from '../sounds.ts';

/** Thrown if a record cannot be replayed; the message says why and what to do. */
export class ReplayError extends Error {
  override name = 'ReplayError';
}

/** An event that the function was sent, and the answer. */
export interface Exchanged {
  /** Milliseconds since the call began. */
  at: number;
  event: InvocationEvent;
  /** The answer, parsed if it was JSON; undefined if there was none. */
  answer?: unknown;
  /** Why there was no answer. */
  failure?: string;
}

/** What a replay needs to know about a recorded call. */
export interface Recorded {
  inputs: { at: number; input: CallInput }[];
  exchanges: Exchanged[];
  /** What the person on the phone heard. */
  heard: Heard[];
  /** Legs that the application or the service ended, and meeting legs, which end with their attendees. */
  endedHere: ReadonlySet<string>;
  /** Milliseconds of a sound that was played to its end. */
  lengthOf(sound: Sound): number | undefined;
}

/** @throws ReplayError if the record does not hold the whole call, or `keys` does not fit its masked keys */
export function readRecorded({ entries }: CallRecord, keys: string | undefined): Recorded {
  const cut = entries.find(({ kind }) => kind === 'Cut' || kind === 'Restored');
  if (cut) {
    const why = cut.kind === 'Cut' ? 'it was cut' : 'its runtime was started anew';
    throw new ReplayError(`The record does not hold the whole call (${why}): it cannot be replayed.`);
  }
  const inputs = entries.flatMap((entry) =>
    entry.kind === 'Input' ? [{ at: entry.at, input: entry.input }] : [],
  );
  if (inputs[0]?.input.kind !== 'LegArrived' && inputs[0]?.input.kind !== 'OutboundCallRequested') {
    throw new ReplayError('The record does not hold the beginning of the call: it cannot be replayed.');
  }
  return {
    inputs: withKeys(inputs, keys),
    exchanges: exchangesOf(entries),
    heard: heardIn(entries, inputs[0].input.legId),
    endedHere: endedHereIn(entries),
    lengthOf: lengthsIn(entries),
  };
}

/** Puts the keys that were pressed in the place of the masked ones. */
function withKeys(inputs: Recorded['inputs'], keys: string | undefined): Recorded['inputs'] {
  const pressed = inputs.filter(({ input }) => input.kind === 'DigitPressed');
  const masked = pressed.filter(({ input }) => input.kind === 'DigitPressed' && input.digit === MASKED_KEY);
  if (masked.length === 0) return inputs;
  if (keys === undefined || keys.length !== masked.length) {
    const given = keys === undefined ? '' : `, not ${keys.length}`;
    throw new ReplayError(
      `The keys that were pressed are masked in the record (${masked.length} of them): say them with --keys${given}. Calls are recorded with their keys under --record-keys.`,
    );
  }
  const odd = /[^0-9*#A-D]/.exec(keys)?.[0];
  if (odd !== undefined) {
    throw new ReplayError(
      `A telephone has no key ${JSON.stringify(odd)}: --keys takes 0 to 9, *, # and A to D.`,
    );
  }
  const rest = [...keys];
  return inputs.map(({ at, input }) =>
    input.kind === 'DigitPressed' && input.digit === MASKED_KEY
      ? { at, input: { ...input, digit: rest.shift() ?? '' } }
      : { at, input },
  );
}

function exchangesOf(entries: CallRecord['entries']): Exchanged[] {
  const beganAt = entries.find(({ kind }) => kind === 'Input')?.at ?? 0;
  const exchanges: Exchanged[] = [];
  for (const entry of entries) {
    if (entry.kind === 'Output' && entry.output.kind === 'InvokeFunction') {
      exchanges.push({ at: entry.at - beganAt, event: entry.output.event });
    }
    const last = exchanges.at(-1);
    if (entry.kind !== 'Input' || !last) continue;
    const { input } = entry;
    if (input.kind === 'FunctionResponded') last.answer = parsed(input.payload);
    if (input.kind === 'FunctionFailed') last.failure = `${input.reason}: ${inBrief(input.message)}`;
  }
  return exchanges;
}

/**
 * Lambda's error document has the whole stack, and may be cut short: readers look for the error's name and
 * message.
 */
function inBrief(message: string): string {
  const [, type, text] = /"errorType":"([^"]+)","errorMessage":("(?:[^"\\]|\\.)*")/.exec(message) ?? [];
  return text === undefined ? message : `${type}: ${parsed(text)}`;
}

function heardIn(entries: CallRecord['entries'], legId: string): Heard[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'Output' || !isPlay(entry.output)) return [];
    return entry.output.legId === legId ? [heardOf(entry.output)] : [];
  });
}

function endedHereIn(entries: CallRecord['entries']): Set<string> {
  return new Set(
    entries.flatMap((entry) => {
      if (entry.kind === 'Input' && entry.input.kind === 'MeetingJoined') return [entry.input.legId];
      if (entry.kind !== 'Output') return [];
      const { output } = entry;
      return output.kind === 'HangUpLeg' || output.kind === 'LeaveMeeting' ? [output.legId] : [];
    }),
  );
}

/** The length of each sound: as the media thread reported it, otherwise from its beginning to its end. */
function lengthsIn(entries: CallRecord['entries']): Recorded['lengthOf'] {
  const lengths = new Map<string, number>();
  const began = new Map<string, { name: string; at: number }>();
  for (const entry of entries) {
    if (entry.kind === 'Sound' && entry.name !== undefined && entry.lengthMs !== undefined) {
      lengths.set(entry.name, entry.lengthMs);
    }
    if (entry.kind === 'Output' && (entry.output.kind === 'PlayAudio' || entry.output.kind === 'SpeakText')) {
      const { legId, playId } = entry.output;
      began.set(`${legId} ${playId}`, { name: nameOf(entry.output), at: entry.at });
    }
    if (entry.kind !== 'Input' || entry.input.kind !== 'PlaybackFinished') continue;
    const start = began.get(`${entry.input.legId} ${entry.input.playId}`);
    if (start && !lengths.has(start.name)) lengths.set(start.name, entry.at - start.at);
  }
  return (sound) => lengths.get('text' in sound ? sound.text : `${sound.bucket}/${sound.key}`);
}

function nameOf(
  output:
    | { kind: 'SpeakText'; text: string }
    | { kind: 'PlayAudio'; source: { BucketName: string; Key: string } },
) {
  return output.kind === 'SpeakText' ? output.text : `${output.source.BucketName}/${output.source.Key}`;
}

/** The value of a JSON text; the text itself if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
