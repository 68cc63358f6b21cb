import { eventFlaws, type InvocationEvent } from '../../events/index.ts';
import type { ActionErrorType } from '../../failures.ts';
import { pathOf } from '../../response/problem.ts';
import type { ActionData, Call } from '../call.ts';
import type { CallInput, FunctionFailed, LegArrived } from '../inputs.ts';
import type { CallOutput, InvokeFunction } from '../outputs.ts';
import { step } from '../transitions.ts';

/** An action as tests write it. */
export interface TestAction {
  Type: string;
  Parameters?: Record<string, unknown>;
}

export const START_MS = 1_700_000_000_000;

/**
 * Drives one call through the engine on a virtual clock: gives the inputs and keeps the outputs. Each call
 * value is frozen before it is used again, so that an engine that changes one is detected.
 */
export class CallDriver {
  now = START_MS;
  /** All outputs since the beginning. */
  readonly outputs: CallOutput[] = [];
  #call: Call | undefined;
  /** Play requests that were neither finished nor stopped. */
  #playing: { legId: string; playId: string }[] = [];
  #requestId = '';
  #conversation = { legId: '', conversationId: '' };
  /** The recording that was started last. */
  #recording = { legId: '', recordingId: '' };

  get call(): Call {
    if (!this.#call) throw new Error('The transcript must begin with a call that arrives or is placed.');
    return this.#call;
  }

  /** Takes one step and returns its outputs. */
  give(input: CallInput): CallOutput[] {
    const { call, outputs } = step(deepFreeze(this.#call), input, this.now);
    this.#call = call;
    for (const output of outputs) this.#note(output);
    this.outputs.push(...outputs);
    return outputs;
  }

  #note(output: CallOutput): void {
    if (output.kind === 'InvokeFunction') expectEvent(output.event);
    if (output.kind === 'PlayAudio' || output.kind === 'SpeakText' || output.kind === 'SendKeys')
      this.#playing.push(output);
    if (output.kind === 'StopPlayback') this.#forget(output.playId);
    if (output.kind === 'StartConversation') {
      const { legId, conversationId } = output;
      this.#conversation = { legId, conversationId };
    }
    if (output.kind === 'StartRecording') {
      const { legId, recordingId } = output;
      this.#recording = { legId, recordingId };
    }
    if (output.kind === 'SetAttendeesMuted') this.#requestId = output.requestId;
  }

  #forget(playId: string): void {
    this.#playing = this.#playing.filter((playing) => playing.playId !== playId);
  }

  arrive(
    how: { targets?: number | undefined; sipHeaders?: Record<string, string> | undefined } = {},
  ): CallOutput[] {
    const input: LegArrived = {
      kind: 'LegArrived',
      transactionId: 'transaction',
      legId: 'leg-a',
      from: '+15550100002',
      to: '+15550100001',
      awsAccountId: '000000000000',
      sipRuleId: 'rule',
      targets: Array.from({ length: how.targets ?? 1 }, (_, index) => ({
        sipMediaApplicationId: `sma-${index + 1}`,
        awsRegion: `region-${index + 1}`,
        functionArn: `function-${index + 1}`,
      })),
      ...(how.sipHeaders ? { sipHeaders: how.sipHeaders } : {}),
    };
    return this.give(input);
  }

  /** The application calls somebody. */
  place(
    how: {
      arguments?: Record<string, string> | undefined;
      sipHeaders?: Record<string, string> | undefined;
    } = {},
  ): CallOutput[] {
    return this.give({
      kind: 'OutboundCallRequested',
      transactionId: 'transaction',
      legId: 'leg-a',
      from: '+15550100001',
      to: '+15550100002',
      awsAccountId: '000000000000',
      target: { sipMediaApplicationId: 'sma-1', awsRegion: 'region-1', functionArn: 'function-1' },
      ...(how.arguments ? { arguments: how.arguments } : {}),
      ...(how.sipHeaders ? { sipHeaders: how.sipHeaders } : {}),
    });
  }

  ringing(legId = 'leg-a'): CallOutput[] {
    return this.give({ kind: 'LegRinging', legId });
  }

  early(legId = 'leg-b'): CallOutput[] {
    return this.give({ kind: 'EarlyMedia', legId });
  }

  /** The function answers the invocation in progress. */
  respond(actions?: TestAction[] | null, attributes?: Record<string, unknown> | null): CallOutput[] {
    return this.respondRaw(
      JSON.stringify({
        SchemaVersion: '1.0',
        ...(actions === undefined ? {} : { Actions: actions }),
        ...(attributes === undefined ? {} : { TransactionAttributes: attributes }),
      }),
    );
  }

  respondRaw(payload: string): CallOutput[] {
    return this.give({ kind: 'FunctionResponded', sequence: this.call.sequence, payload });
  }

  failInvocation(reason: FunctionFailed['reason']): CallOutput[] {
    return this.give({ kind: 'FunctionFailed', sequence: this.call.sequence, reason, message: 'it failed' });
  }

  answered(legId = 'leg-a'): CallOutput[] {
    return this.give({ kind: 'LegAnswered', legId });
  }

  /** The party that CallAndBridge calls has a leg. */
  dialled(legId = 'leg-b'): CallOutput[] {
    return this.give({ kind: 'LegDialled', legId, dialledFrom: 'leg-a' });
  }

  dialFailed(message = 'Endpoint parameter is invalid.'): CallOutput[] {
    const errorType = 'InvalidActionParameter';
    return this.give({ kind: 'DialFailed', dialledFrom: 'leg-a', errorType, message });
  }

  ended(legId = 'leg-a', sipResponseCode = 0): CallOutput[] {
    return this.give({ kind: 'LegEnded', legId, sipResponseCode });
  }

  /** Each key is a step of its own. */
  press(keys: string, legId = 'leg-a'): CallOutput[] {
    return [...keys].flatMap((digit) => this.give({ kind: 'DigitPressed', legId, digit }));
  }

  /** The oldest play request has been played. */
  played(): CallOutput[] {
    const playing = this.#takePlaying();
    return this.give({ kind: 'PlaybackFinished', ...playing });
  }

  playFailed(
    errorType: ActionErrorType = 'InvalidAudioSource',
    message = 'Cannot access S3 bucket or audio file.',
  ) {
    return this.give({ kind: 'PlaybackFailed', ...this.#takePlaying(), errorType, message });
  }

  #takePlaying(): { legId: string; playId: string } {
    const [playing] = this.#playing;
    if (!playing) throw new Error('Nothing is playing.');
    this.#forget(playing.playId);
    return { legId: playing.legId, playId: playing.playId };
  }

  /** The bot has fulfilled this intent. */
  botClosed(Name: string): CallOutput[] {
    const Intent = { Name, Slots: {}, State: 'Fulfilled', ConfirmationState: 'None' } as const;
    const intentResult = {
      SessionState: { SessionAttributes: {}, Intent },
      Interpretations: [{ Intent, NluConfidence: { Score: 1 } }],
    };
    return this.give({ kind: 'ConversationEnded', ...this.#conversation, intentResult });
  }

  botFailed(): CallOutput[] {
    const failure = { errorType: 'ResourceNotFound', message: 'There is no such bot.' } as const;
    return this.give({ kind: 'ConversationFailed', ...this.#conversation, ...failure });
  }

  /** The recording that was requested last has begun. */
  recording(): CallOutput[] {
    return this.give({ kind: 'RecordingStarted', ...this.#recording });
  }

  silenceHeard(): CallOutput[] {
    return this.give({ kind: 'SilenceHeard', ...this.#recording });
  }

  stored(): CallOutput[] {
    return this.give({ kind: 'RecordingStored', ...this.#recording });
  }

  recordingFailed(
    errorType: ActionErrorType = 'InvalidActionParameter',
    message = 'Error occurred while uploading recording to S3 bucket.',
  ): CallOutput[] {
    return this.give({ kind: 'RecordingFailed', ...this.#recording, errorType, message });
  }

  joined(legId = 'leg-b', meetingId = 'meeting', attendeeId = 'attendee'): CallOutput[] {
    return this.give({ kind: 'MeetingJoined', legId, joinedFrom: 'leg-a', meetingId, attendeeId });
  }

  joinFailed(
    errorType: ActionErrorType = 'ErrorJoiningMeeting',
    message = 'Error while joining meeting.',
  ): CallOutput[] {
    return this.give({ kind: 'MeetingJoinFailed', joinedFrom: 'leg-a', errorType, message });
  }

  modified(failure?: { errorType: ActionErrorType; message: string }): CallOutput[] {
    const requestId = this.#requestId;
    return this.give({ kind: 'AttendeesModified', requestId, ...(failure ? { failure } : {}) });
  }

  update(args: Record<string, string> = {}): CallOutput[] {
    return this.give({ kind: 'UpdateRequested', arguments: args });
  }

  /** Lets time pass and wakes the engine whenever it has asked for that. */
  pass(ms: number): CallOutput[] {
    const end = this.now + ms;
    const outputs: CallOutput[] = [];
    for (let at = this.call.wakeAt; at !== null && at <= end; at = this.call.wakeAt) {
      this.now = Math.max(this.now, at);
      outputs.push(...this.give({ kind: 'TimeReached' }));
    }
    this.now = end;
    return outputs;
  }

  /** Outputs of one kind, since the beginning. */
  of<Kind extends CallOutput['kind']>(kind: Kind): Extract<CallOutput, { kind: Kind }>[] {
    return this.outputs.filter(
      (output): output is Extract<CallOutput, { kind: Kind }> => output.kind === kind,
    );
  }

  /** The events that were sent, including retries. */
  get events(): InvocationEvent[] {
    return this.of('InvokeFunction').map((output: InvokeFunction) => output.event);
  }

  get lastEvent(): InvocationEvent {
    const event = this.events.at(-1);
    if (!event) throw new Error('No event was sent.');
    return event;
  }

  /** Types of the events sent, as `TYPE` or `TYPE:ActionType`. */
  get eventTypes(): string[] {
    return this.events.map(({ InvocationEventType, ActionData }) =>
      ActionData ? `${InvocationEventType}:${ActionData.Type}` : InvocationEventType,
    );
  }

  get lastAction(): ActionData {
    const data = this.lastEvent.ActionData;
    if (!data) throw new Error(`${this.lastEvent.InvocationEventType} carries no ActionData.`);
    return data as unknown as ActionData;
  }
}

/** @throws Error if the engine has sent an invalid event: a fault of the engine */
export function expectEvent(event: unknown): void {
  const flaws = eventFlaws(event).map(({ path, allowed }) => `${pathOf(path)} must be ${allowed}`);
  if (flaws.length > 0) throw new Error(`No event: ${flaws.join('; ')}\n${JSON.stringify(event)}`);
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
