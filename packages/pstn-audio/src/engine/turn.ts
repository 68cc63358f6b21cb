import type { Call, Leg, LegRecording, PendingEvent } from './call.ts';
import type { CallOutput, LogMessage } from './outputs.ts';

/**
 * One step while it is being taken: the next call in the making and what is to be done. Only the top level
 * of `call` is ours to write; everything below it is replaced, never changed, so the old call stays as it was.
 */
export interface Turn {
  call: { -readonly [Key in keyof Call]: Call[Key] };
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly outputs: CallOutput[];
}

/** Asks the edges for something, and remembers of it what the call must know until it is answered. */
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

/** Only what StartCallRecording began is remembered of a leg. */
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

/** A number that is new within the call. */
export function nextId(turn: Turn): number {
  const id = turn.call.nextId;
  turn.call.nextId = id + 1;
  return id;
}

/** Writes new values into a leg. */
export function changeLeg(turn: Turn, legId: string, values: Partial<Leg>): void {
  turn.call.legs = turn.call.legs.map((leg) => (leg.legId === legId ? Object.assign({}, leg, values) : leg));
}

/** Puts an event behind those that wait to be sent; returns its `id`. */
export function happened(turn: Turn, event: Omit<PendingEvent, 'id'>): number {
  const id = nextId(turn);
  turn.call.pendingEvents = [...turn.call.pendingEvents, { id, ...event }];
  return id;
}

/** Puts an event before those that wait: it belongs to the answer that has just come. */
export function happenedNext(turn: Turn, event: Omit<PendingEvent, 'id'>): number {
  const id = nextId(turn);
  turn.call.pendingEvents = [{ id, ...event }, ...turn.call.pendingEvents];
  return id;
}
