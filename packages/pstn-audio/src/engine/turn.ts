import type { Call, Leg, LegRecording, PendingEvent } from './call.ts';
import type { CallOutput, LogMessage } from './outputs.ts';

/**
 * A step in progress: the next call under construction and its outputs. Only the top level of `call` may be
 * written; everything below it is replaced, never changed, so that the old call stays as it was.
 */
export interface Turn {
  call: { -readonly [Key in keyof Call]: Call[Key] };
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly outputs: CallOutput[];
}

/** Asks the edges for something, and records in the call what must be known until it is answered. */
export function emit(turn: Turn, ...outputs: readonly CallOutput[]): void {
  for (const output of outputs) {
    turn.outputs.push(output);
    if (output.kind === 'JoinMeeting') turn.call.joining = true;
    else if (output.kind === 'DialLeg') {
      const { from, to } = output;
      const dialled = { legId: null, from, to, startTime: turn.now, answered: false, givenUp: false };
      turn.call.dialling = [...turn.call.dialling, dialled];
    } else if (output.kind === 'StartRecording' && output.background) {
      changeLeg(turn, output.legId, { recording: { recordingId: output.recordingId, state: 'on' } });
    } else if (output.kind === 'StopRecording') changeRecording(turn, output, 'over');
    else if (output.kind === 'PauseRecording') changeRecording(turn, output, output.paused ? 'paused' : 'on');
    else if (output.kind === 'AnswerLeg') changeLeg(turn, output.legId, { answering: true });
    else if (output.kind === 'LeaveMeeting') changeLeg(turn, output.legId, { hangUpCode: 0 });
    else if (output.kind === 'HangUpLeg') {
      changeLeg(turn, output.legId, { hangUpCode: output.sipResponseCode });
    }
  }
}

/** A leg keeps track only of the recording that StartCallRecording began. */
function changeRecording(
  turn: Turn,
  { legId, recordingId }: { legId: string; recordingId: string },
  state: LegRecording['state'],
): void {
  const leg = turn.call.legs.find((each) => each.legId === legId);
  if (leg?.recording?.recordingId === recordingId)
    changeLeg(turn, legId, { recording: { recordingId, state } });
}

/** A line for the application's message log. Never pass digits, PINs, tokens or the function's own words. */
export function log(turn: Turn, level: LogMessage['level'], text: string): void {
  turn.outputs.push({ kind: 'LogMessage', level, text });
}

/** Returns a number that is unique within the call. */
export function nextId(turn: Turn): number {
  const id = turn.call.nextId;
  turn.call.nextId = id + 1;
  return id;
}

/** Writes new values into a leg. */
export function changeLeg(turn: Turn, legId: string, values: Partial<Leg>): void {
  turn.call.legs = turn.call.legs.map((leg) => (leg.legId === legId ? Object.assign({}, leg, values) : leg));
}

/** Adds an event behind those that wait to be sent; returns its `id`. */
export function happened(turn: Turn, event: Omit<PendingEvent, 'id'>): number {
  const id = nextId(turn);
  turn.call.pendingEvents = [...turn.call.pendingEvents, { id, ...event }];
  return id;
}

/** Adds an event before those that wait, as it belongs to the answer that has just arrived; returns its `id`. */
export function happenedNext(turn: Turn, event: Omit<PendingEvent, 'id'>): number {
  const id = nextId(turn);
  turn.call.pendingEvents = [{ id, ...event }, ...turn.call.pendingEvents];
  return id;
}
