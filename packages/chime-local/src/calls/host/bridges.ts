import type { BridgeLegs, CallInput, DialLeg } from 'pstn-audio/engine';
import type { MediaEdge } from '#media-edge';
import type { Ids } from '#platform';
import type { SipEdge } from '#sip-edge';
import type { CalledParty } from './called-parties.ts';

/** What bridges need of the edges. */
export interface BridgeEdges {
  sip: Pick<SipEdge, 'place'>;
  media: Pick<MediaEdge, 'joinMeeting' | 'leaveMeeting'>;
  called: {
    /** Whether it is a telephone number of the account. */
    owns(number: string): boolean;
    find(number: string): CalledParty;
  };
}

const NOT_YOURS =
  'Provided caller ID number is invalid. Number must be owned by this AWS account, or be the From number of LEG-A.';
const INVALID_ENDPOINT = 'Endpoint parameter is invalid.';

/** The mixer knows a bridge as a meeting of two that nobody else can name. */
const NAME = 'bridge ';

/** Whether the mixer's meeting is a bridge: no attendee of it is anybody's concern. */
export function isBridge(meetingId: string): boolean {
  return meetingId.startsWith(NAME);
}

/** Legs that CallAndBridge has dialled and connected. The sound of two bridged telephones is that of a meeting of two. */
export class Bridges {
  readonly #edges: BridgeEdges;
  readonly #ids: Ids;
  /** The other leg of each bridged one. */
  readonly #other = new Map<string, string>();

  constructor(edges: BridgeEdges, ids: Ids) {
    this.#edges = edges;
    this.#ids = ids;
  }

  /** Dials; what the engine is told at once. */
  dial({ dialledFrom, from, to, mustOwnFrom, connectorArn, sipHeaders }: DialLeg): CallInput {
    const { called, sip } = this.#edges;
    const failed = (message: string): CallInput => {
      return { kind: 'DialFailed', dialledFrom, errorType: 'InvalidActionParameter', message };
    };
    if (mustOwnFrom && !called.owns(from)) return failed(NOT_YOURS);
    // There are no Voice Connectors here, so none has this ARN.
    if (connectorArn !== undefined) return failed(INVALID_ENDPOINT);
    const legId = this.#ids.guid();
    const party = called.find(to);
    sip.place({
      legId,
      from,
      to,
      ...(party.by === 'address' ? { target: party.target } : {}),
      ...(sipHeaders ? { sipHeaders } : {}),
    });
    return { kind: 'LegDialled', legId, dialledFrom };
  }

  connect({ legId, withLegId }: BridgeLegs): void {
    const { media } = this.#edges;
    this.#other.set(legId, withLegId).set(withLegId, legId);
    for (const attendeeId of [legId, withLegId]) {
      media.joinMeeting(attendeeId, { meetingId: `${NAME}${legId}`, attendeeId, muted: false });
    }
  }

  /** The other one of the bridge hears nothing any more, and may join something else. */
  ended(legId: string): void {
    const other = this.#other.get(legId);
    if (other === undefined) return;
    this.#other.delete(legId);
    this.#other.delete(other);
    this.#edges.media.leaveMeeting(other);
  }
}
