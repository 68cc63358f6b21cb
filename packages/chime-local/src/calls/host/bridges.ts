import type { BridgeLegs, CallInput, DialLeg, HearLeg } from 'pstn-audio/engine';
import type { ConnectorTarget, Lines } from '#lines';
import type { MediaEdge } from '#media-edge';
import type { Ids } from '#platform';

/** What bridges need of the edges. */
export interface BridgeEdges {
  lines: Pick<Lines, 'place'>;
  media: Pick<MediaEdge, 'joinMeeting' | 'leaveMeeting'>;
  called: {
    /** Whether it is a telephone number of the account. */
    owns(number: string): boolean;
    /** Where a call to a user of the Voice Connector (or the group) goes. */
    connector(arn: string, user: string): CalledConnector;
  };
}

/** A Voice Connector as who is called: there is none with that ARN, or its routes that can be taken. */
export type CalledConnector = 'unknown' | ConnectorTarget[];

/** The header by which the called party knows the connector (pstn-audio 7.5). */
const CONNECTOR_HEADER = 'X-VoiceConnector-ID';

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
    const { called, lines } = this.#edges;
    const failed = (message: string): CallInput => {
      return { kind: 'DialFailed', dialledFrom, errorType: 'InvalidActionParameter', message };
    };
    if (mustOwnFrom && !called.owns(from)) return failed(NOT_YOURS);
    const connector = connectorArn === undefined ? undefined : called.connector(connectorArn, to);
    if (connector === 'unknown') return failed(INVALID_ENDPOINT);
    if (connector?.length === 0) {
      return { kind: 'DialFailed', dialledFrom, errorType: 'CallNotAnswered', message: 'Call not answered' };
    }
    const routes = connector?.map(({ connectorId, target }) => ({
      target,
      sipHeaders: { ...sipHeaders, [CONNECTOR_HEADER]: connectorId },
    }));
    const legId = this.#ids.guid();
    lines.place({
      legId,
      from,
      to,
      parent: dialledFrom,
      ...(routes ? { routes } : {}),
      ...(sipHeaders ? { sipHeaders } : {}),
    });
    return { kind: 'LegDialled', legId, dialledFrom };
  }

  connect({ legId, withLegId }: BridgeLegs): void {
    this.#seat(legId, withLegId, false);
  }

  /** The one hears the other, and is not heard. */
  hear({ legId, fromLegId }: HearLeg): void {
    this.#seat(legId, fromLegId, true);
  }

  #seat(legId: string, withLegId: string, muted: boolean): void {
    const { media } = this.#edges;
    this.#other.set(legId, withLegId).set(withLegId, legId);
    const meetingId = `${NAME}${legId}`;
    // Who rings has nobody yet that takes keys.
    const passesKeys = !muted;
    media.joinMeeting(legId, { meetingId, attendeeId: legId, muted, passesKeys });
    media.joinMeeting(withLegId, { meetingId, attendeeId: withLegId, muted: false, passesKeys });
  }

  /** The other one of the bridge hears nothing any more, and may join something else. */
  ended(legId: string): void {
    const other = this.#other.get(legId);
    if (other === undefined) return;
    this.#other.delete(legId);
    // It may be in another bridge by now.
    if (this.#other.get(other) !== legId) return;
    this.#other.delete(other);
    this.#edges.media.leaveMeeting(other);
  }
}
