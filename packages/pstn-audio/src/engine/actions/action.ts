import type { ActionSchema, CheckedParameters } from '../../actions/index.ts';
import type { Failure } from '../../failures.ts';
import type { Call, Leg, RunningAction } from '../call.ts';
import type { CallInput } from '../inputs.ts';
import type { CallOutput } from '../outputs.ts';

/**
 * The shape of every action, which lists its parts in this order. To add an action, add a file next to the
 * others and a row in `index.ts`.
 */
export interface ActionDefinition<Schema extends ActionSchema, State>
  extends Behaviour<CheckedParameters<Schema>, State> {
  /** The action's name and parameters. */
  readonly schema: Schema;
  /** The leg that the action runs on when the answer names none: the invoked leg, or a fixed one. */
  readonly defaultLeg: 'invoked' | 'LEG-A' | 'LEG-B';
  /** Returns why the action cannot run now although its parameters are valid. If absent, it can always run. */
  refuses?(parameters: CheckedParameters<Schema>, on: { call: Call; leg: Leg }): ActionFailure | undefined;
  /** Whether the action answers an unanswered LEG-A when it runs. */
  readonly answers: boolean;
  /** Whether the answer to an update may cut the action short. */
  readonly interruptible: boolean;
  /** When the action reports success: always, or only if no action waits behind it (pstn-audio R1, R2). */
  readonly reports: 'atOnce' | 'last';
  /**
   * What is reported when the leg ends while the action runs. `itself`: the action receives `LegEnded` and
   * reports before the end of the leg is reported.
   */
  readonly whenLegEnds: 'nothing' | 'failure' | 'success' | 'itself';
  /** Returns the keys that the action's ACTION_FAILED carries besides `ErrorType` and `ErrorMessage`. */
  failureKeys?(failure: ActionFailure): Readonly<Record<string, unknown>>;
}

/** What an action does while it runs. */
export interface Behaviour<Parameters, State> {
  /** Starts the action. */
  start(doing: Doing<Parameters, undefined>): Progress<State>;
  /**
   * Handlers of the inputs that end or advance the action. `undefined` means that the input was not for this
   * action.
   */
  readonly on: {
    readonly [Kind in ActionInput['kind']]?: (
      doing: Doing<Parameters, State>,
      input: Extract<ActionInput, { kind: Kind }>,
    ) => Progress<State> | undefined;
  };
  /** Returns the outputs that cut the action short. If absent, none are needed. */
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

/** What an action can see of the call while it runs. */
export interface Doing<Parameters, State> {
  readonly parameters: Parameters;
  readonly state: State;
  readonly leg: Leg;
  readonly call: Call;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Returns a name for a play request or another request that is unique within the call. */
  newName(prefix: string): string;
}

/** What an action does next. */
export type Progress<State> =
  | { next: 'waits'; state: State; deadline?: number; outputs?: CallOutput[] }
  | { next: 'succeeds'; result?: ActionResult; listener?: DigitListenerSettings; outputs?: CallOutput[] }
  | { next: 'fails'; failure: ActionFailure; outputs?: CallOutput[] };

/** Result keys of ACTION_SUCCESSFUL, besides `Type` and `Parameters`. */
export type ActionResult = Readonly<Record<string, unknown>>;

/** A listener to arm on the action's leg. */
export interface DigitListenerSettings {
  readonly pattern: string;
  readonly inBetweenMs: number;
  readonly flushMs: number;
}

/** Why an action could not be carried out, in the service's words. */
export interface ActionFailure extends Failure {
  /** Additional lines for the message log. */
  readonly logTexts?: readonly string[];
}

/** Any action. Only its own file knows the types of its parameters and its state. */
export type AnyAction = ActionDefinition<ActionSchema, unknown>;

/**
 * Makes an action ready for the registry by forgetting the types of its parameters and state. This is sound,
 * as the engine gives each action only parameters and state that came from the same action.
 */
export function registered<S extends ActionSchema, State>(definition: ActionDefinition<S, State>): AnyAction {
  return definition as unknown as AnyAction;
}

/** The parameters that events echo of an action that runs or has run. */
export function echo(running: RunningAction, leg: Leg): Record<string, unknown> {
  return { ...running.parameters, CallId: leg.legId, ParticipantTag: leg.participantTag };
}
