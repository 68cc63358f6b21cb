import { callAndBridge as schema } from '../../actions/call-and-bridge.ts';
import { failure, INVALID_LEG, invalidParameter } from '../../failures.ts';
import { liveLegByTag } from '../call.ts';
import type { CallOutput } from '../outputs.ts';
import type { ActionDefinition, Doing, Progress } from './action.ts';
import { edgeFailure, playFile } from './playback.ts';

/** The file that LEG-A hears meanwhile; null without one. */
interface Ringback {
  readonly playId: string | null;
}

/** Enough for any file in the two minutes that a called party may ring. */
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
    const plays = RingbackTone && leg.status === 'connected';
    const ringback = plays ? playFile(doing, RingbackTone, OVER_AND_OVER) : undefined;
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
    return {
      next: 'waits',
      state: { playId: ringback?.playId ?? null },
      deadline: now + CallTimeoutSeconds * 1000,
      outputs: [...(ringback ? [ringback] : []), dial],
    };
  },
  on: {
    LegAnswered: (doing, { legId }) => ({
      next: 'succeeds',
      outputs: [...quiet(doing), { kind: 'BridgeLegs', legId: doing.leg.legId, withLegId: legId }],
    }),
    LegEnded: notAnswered,
    TimeReached: notAnswered,
    DialFailed: (doing, input) => ({ next: 'fails', failure: edgeFailure(input), outputs: quiet(doing) }),
    /** A ringback tone that cannot be read is a fault of the action (4.1). */
    PlaybackFailed: (doing, input) =>
      input.playId === doing.state.playId ? { next: 'fails', failure: edgeFailure(input) } : undefined,
  },
  stop: quiet,
};

function notAnswered(doing: Doing<unknown, Ringback>): Progress<Ringback> {
  return { next: 'fails', failure: NOT_ANSWERED, outputs: quiet(doing) };
}

/** LEG-A hears no ringback tone any more. */
function quiet({ state, leg }: Doing<unknown, Ringback>): CallOutput[] {
  return state.playId === null ? [] : [{ kind: 'StopPlayback', legId: leg.legId, playId: state.playId }];
}
