import type { ActionSchema, CheckedParameters } from '../../actions/index.ts';
import type { Failure } from '../../failures.ts';
import type { Call, Leg, RunningAction } from '../call.ts';
import type { CallInput } from '../inputs.ts';
import type { CallOutput } from '../outputs.ts';

/**
 * The shape that every action has, its parts in this order. To add an action: a file next to the others
 * and a row in `index.ts`.
 */
export interface ActionDefinition<Schema extends ActionSchema, State>
  extends Behaviour<CheckedParameters<Schema>, State> {
  /** Its name and its parameters. */
  readonly schema: Schema;
  /** The leg it runs on when the answer names none: the invoked leg, or a certain one. */
  readonly defaultLeg: 'invoked' | 'LEG-A' | 'LEG-B';
  /** Why it cannot run now although its parameters are as they should be; always when absent. */
  refuses?(parameters: CheckedParameters<Schema>, on: { call: Call; leg: Leg }): ActionFailure | undefined;
  /** Whether running it answers an unanswered LEG-A. */
  readonly answers: boolean;
  /** Whether an update's answer may cut it short. */
  readonly interruptible: boolean;
  /** When it reports success: always, or only with no action waiting behind it (pstn-audio R1, R2). */
  readonly reports: 'atOnce' | 'last';
  /** What is reported when its leg ends during it; `itself`: it is told (`LegEnded`) and reports before the leg's end is. */
  readonly whenLegEnds: 'nothing' | 'failure' | 'success' | 'itself';
  /** Keys that its ACTION_FAILED carries besides `ErrorType` and `ErrorMessage`. */
  failureKeys?(failure: ActionFailure): Readonly<Record<string, unknown>>;
}

/** What an action does while it runs. */
export interface Behaviour<Parameters, State> {
  /** How it starts. */
  start(doing: Doing<Parameters, undefined>): Progress<State>;
  /** What ends it, or moves it on. An answer of `undefined` means: that was not for me. */
  readonly on: {
    readonly [Kind in ActionInput['kind']]?: (
      doing: Doing<Parameters, State>,
      input: Extract<ActionInput, { kind: Kind }>,
    ) => Progress<State> | undefined;
  };
  /** How it is cut short; nothing to be done when absent. */
  stop?(doing: Doing<Parameters, State>): CallOutput[];
}

/** Inputs that are offered to the action in progress (those with a CallId only if it is the action's leg). */
export type ActionInput = Extract<
  CallInput,
  {
    kind:
      | 'LegRinging'
      | 'EarlyMedia'
      | 'LegAnswered'
      | 'LegEnded'
      | 'DialFailed'
      | 'PlaybackFinished'
      | 'PlaybackFailed'
      | 'ConversationEnded'
      | 'ConversationFailed'
      | 'RecordingStarted'
      | 'SilenceHeard'
      | 'RecordingStored'
      | 'RecordingFailed'
      | 'DigitPressed'
      | 'MeetingJoined'
      | 'MeetingJoinFailed'
      | 'AttendeesModified'
      | 'TimeReached';
  }
>;

/** What an action sees of the call while it runs. */
export interface Doing<Parameters, State> {
  readonly parameters: Parameters;
  readonly state: State;
  readonly leg: Leg;
  readonly call: Call;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A name for a play request or a request, new within the call. */
  newName(prefix: string): string;
}

/** What an action does next. */
export type Progress<State> =
  | { next: 'waits'; state: State; deadline?: number; outputs?: CallOutput[] }
  | { next: 'succeeds'; result?: ActionResult; listener?: DigitListenerSettings; outputs?: CallOutput[] }
  | { next: 'fails'; failure: ActionFailure; outputs?: CallOutput[] };

/** Result keys of ACTION_SUCCESSFUL, beside `Type` and `Parameters`. */
export type ActionResult = Readonly<Record<string, unknown>>;

/** A listener to arm on the action's leg. */
export interface DigitListenerSettings {
  readonly pattern: string;
  readonly inBetweenMs: number;
  readonly flushMs: number;
}

/** Why an action could not be carried out, in the service's words. */
export interface ActionFailure extends Failure {
  /** Lines for the message log, when there is more to say. */
  readonly logTexts?: readonly string[];
}

/** An action whose own types only its file knows: parameters and state are as that file made them. */
export type AnyAction = ActionDefinition<ActionSchema, unknown>;

/**
 * Takes an action into the registry. The engine gives each action only parameters and state that came from
 * the same action, which is why forgetting their types here is sound.
 */
export function registered<S extends ActionSchema, State>(definition: ActionDefinition<S, State>): AnyAction {
  return definition as unknown as AnyAction;
}

/** What events echo of an action that runs or ran. */
export function echo(running: RunningAction, leg: Leg): Record<string, unknown> {
  return { ...running.parameters, CallId: leg.legId, ParticipantTag: leg.participantTag };
}
