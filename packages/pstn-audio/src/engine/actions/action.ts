import type { ActionData } from '../../documents.ts';
import type { Call, Leg, RawParameters, RunningAction } from '../call.ts';
import type { CallInput } from '../inputs.ts';
import type { CallOutput } from '../outputs.ts';

/**
 * The shape that every action has, its parts in this order. To add an action: a file next to the others
 * and a row in `index.ts`.
 */
export interface ActionDefinition<Parameters extends object, State> {
  /** `Type` in the function's answer. */
  readonly type: string;
  /** What it accepts: names of its own parameters. Others are ignored, and not echoed. */
  readonly accepts: readonly string[];
  /** The leg it runs on when the answer names none: the invoked leg, or a certain one. */
  readonly defaultLeg: 'invoked' | 'LEG-A' | 'LEG-B';
  /** Its checks, in the published order; the result has defaults filled in and is echoed. */
  check(raw: RawParameters, on: { call: Call; leg: Leg }): Parameters | ActionFailure;
  /** Whether running it answers an unanswered LEG-A. */
  readonly answers: boolean;
  /** Whether an update's answer may cut it short. */
  readonly interruptible: boolean;
  /** When it reports success: always, or only with no action waiting behind it (pstn-audio R1, R2). */
  readonly reports: 'atOnce' | 'last';
  /** What is reported when its leg ends during it. */
  readonly whenLegEnds: 'nothing' | 'failure' | 'success';
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
  /** Keys that its ACTION_FAILED carries besides `ErrorType` and `ErrorMessage`. */
  failureKeys?(failure: ActionFailure): Partial<ActionData>;
}

/** Inputs that are offered to the action in progress (those with a CallId only if it is the action's leg). */
export type ActionInput = Extract<
  CallInput,
  {
    kind:
      | 'PlaybackFinished'
      | 'PlaybackFailed'
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
  | { next: 'succeeds'; result?: ActionResult; listener?: ArmListener; outputs?: CallOutput[] }
  | { next: 'fails'; failure: ActionFailure; outputs?: CallOutput[] };

/** Result keys of ACTION_SUCCESSFUL, beside `Type` and `Parameters`. */
export type ActionResult = Pick<ActionData, 'ReceivedDigits'>;

/** A listener to arm on the action's leg. */
export interface ArmListener {
  readonly pattern: string;
  readonly inBetweenMs: number;
  readonly flushMs: number;
}

/** Why an action could not be carried out, in the service's words. */
export interface ActionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  /** A line for the message log, when there is more to say. */
  readonly logText?: string;
}

export function isFailure(checked: object): checked is ActionFailure {
  return 'errorType' in checked && 'errorMessage' in checked;
}

export function failure(errorType: string, errorMessage: string): ActionFailure {
  return { errorType, errorMessage };
}

export function invalidParameter(errorMessage: string): ActionFailure {
  return failure('InvalidActionParameter', errorMessage);
}

/** No such connected leg. DG: unexpected-action-fail. */
export const INVALID_LEG = invalidParameter('CallId or ParticipantTag parameter for action is invalid.');
/** Anything unexpected. DG: unexpected-action-fail. */
export const SYSTEM_ERROR = failure('SystemException', 'System error while running action.');

/** An action whose own types only its file knows: parameters and state are as that file made them. */
export type AnyAction = ActionDefinition<Record<string, unknown>, unknown>;

/**
 * Takes an action into the registry. The engine gives each action only parameters and state that came from
 * the same action, which is why forgetting their types here is sound.
 */
export function registered<P extends object, S>(definition: ActionDefinition<P, S>): AnyAction {
  return definition as unknown as AnyAction;
}

/** What events echo of an action that runs or ran. */
export function echo(running: RunningAction, leg: Leg): Record<string, unknown> {
  return { ...running.parameters, CallId: leg.callId, ParticipantTag: leg.participantTag };
}
