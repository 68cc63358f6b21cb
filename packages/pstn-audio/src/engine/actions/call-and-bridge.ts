import { callAndBridge as schema } from '../../actions/call-and-bridge.ts';
import type { CheckedParameters } from '../../actions/index.ts';
import { failure, INVALID_LEG, invalidParameter } from '../../failures.ts';
import { type Leg, liveLegByTag } from '../call.ts';
import type { EarlyMedia } from '../inputs.ts';
import type { CallOutput } from '../outputs.ts';
import type { ActionDefinition, Doing, Progress } from './action.ts';
import { edgeFailure, playFile } from './playback.ts';

/** What LEG-A hears until the called party answers. */
interface Ringback {
  /** Name of the play request of the file or the ringing tone; null if nothing plays. */
  readonly playId: string | null;
  /** Time by which the called party must have answered; milliseconds since the epoch. */
  readonly deadline: number;
}

/** Used instead of a play request's name while LEG-A hears the called party's own sound and we play nothing. */
const EARLY = 'early media';
/** Enough repetitions of any file for the two minutes that a called party may ring. */
const OVER_AND_OVER = 1_000_000;

const NOT_ANSWERED = failure('CallNotAnswered', 'Call not answered');

/** Calls somebody as LEG-B and connects both legs (`bridging.ts`). DG: call-and-bridge. */
export const callAndBridge: ActionDefinition<typeof schema, Ringback> = {
  schema,
  defaultLeg: 'LEG-A',
  refuses(_parameters, { call, leg }) {
    if (leg.participantTag !== 'LEG-A') return INVALID_LEG;
    return liveLegByTag(call, 'LEG-B') ? invalidParameter('Invalid action on the call.') : undefined;
  },
  // LEG-A is answered when LEG-B has answered (T-045).
  answers: false,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'nothing',
  start(doing) {
    const { parameters, leg, now } = doing;
    const { CallerIdNumber, CallTimeoutSeconds, Endpoints, RingbackTone, SipHeaders } = parameters;
    const [endpoint] = Endpoints;
    if (!endpoint) return { next: 'fails', failure: NOT_ANSWERED };
    const ringback = RingbackTone && playFile(doing, RingbackTone, OVER_AND_OVER);
    const { Uri, Arn } = endpoint;
    const dial: CallOutput = {
      kind: 'DialLeg',
      dialledFrom: leg.legId,
      from: CallerIdNumber,
      to: Uri,
      mustOwnFrom: CallerIdNumber !== leg.from,
      ...(Arn === undefined ? {} : { connectorArn: Arn }),
      ...(SipHeaders ? { sipHeaders: SipHeaders } : {}),
    };
    const deadline = now + CallTimeoutSeconds * 1000;
    return {
      next: 'waits',
      state: { playId: ringback?.playId ?? null, deadline },
      deadline,
      outputs: [...(ringback ? [...earlyMediaOf(leg), ringback] : []), dial],
    };
  },
  on: {
    LegRinging: ringing,
    EarlyMedia: earlyMedia,
    LegAnswered: (doing, { legId }) => ({
      next: 'succeeds',
      outputs: [...quiet(doing), { kind: 'BridgeLegs', legId: doing.leg.legId, withLegId: legId }],
    }),
    LegEnded: notAnswered,
    TimeReached: notAnswered,
    DialFailed: (doing, input) => ({ next: 'fails', failure: edgeFailure(input), outputs: quiet(doing) }),
    /** The action fails if its ringback tone cannot be read (4.1). */
    PlaybackFailed: (doing, input) =>
      input.playId === doing.state.playId ? { next: 'fails', failure: edgeFailure(input) } : undefined,
  },
  stop: quiet,
};

/**
 * Without a file, a connected LEG-A hears a ringing tone as from a telephone network. If it is unanswered,
 * its own telephone plays the tone (7.2, 7.3).
 */
function ringing({ state, leg, newName }: Doing<unknown, Ringback>): Progress<Ringback> | undefined {
  if (state.playId !== null || leg.status !== 'connected') return undefined;
  const playId = newName('ringing');
  const outputs: CallOutput[] = [{ kind: 'PlayRinging', legId: leg.legId, playId }];
  return { next: 'waits', state: { ...state, playId }, deadline: state.deadline, outputs };
}

/** Sound from the called party's network replaces our ringing tone, but not the author's file (7.2). */
function earlyMedia(
  doing: Doing<CheckedParameters<typeof schema>, Ringback>,
  { legId }: EarlyMedia,
): Progress<Ringback> | undefined {
  const { state, leg, parameters } = doing;
  if (parameters.RingbackTone) return undefined;
  const hear: CallOutput = { kind: 'HearLeg', legId: leg.legId, fromLegId: legId };
  const outputs: CallOutput[] = [...quiet(doing), ...earlyMediaOf(leg), hear];
  return { next: 'waits', state: { ...state, playId: EARLY }, deadline: state.deadline, outputs };
}

/** An unanswered LEG-A hears nothing of ours until its early media is open (7.3). */
function earlyMediaOf({ legId, status }: Leg): CallOutput[] {
  return status === 'unanswered' ? [{ kind: 'OpenEarlyMedia', legId }] : [];
}

function notAnswered(doing: Doing<unknown, Ringback>): Progress<Ringback> {
  return { next: 'fails', failure: NOT_ANSWERED, outputs: quiet(doing) };
}

/** Stops the file or the ringing tone that we play to LEG-A. */
function quiet({ state, leg }: Doing<unknown, Ringback>): CallOutput[] {
  return state.playId === null || state.playId === EARLY
    ? []
    : [{ kind: 'StopPlayback', legId: leg.legId, playId: state.playId }];
}
