import type { BridgeLegs, CallInput, DialLeg, HearLeg } from 'pstn-audio/engine';
import type { ConnectorTarget, Lines } from '#lines';
import type { MediaEdge } from '#media-edge';
import type { Ids } from '#platform';

/** The parts of the edges that bridges use. */
export interface BridgeEdges {
  lines: Pick<Lines, 'place'>;
  media: Pick<MediaEdge, 'joinMeeting' | 'leaveMeeting'>;
  called: {
    /** Whether the number belongs to the account. */
    owns(number: string): boolean;
    /** Finds the routes for a call to a user of the Voice Connector or Voice Connector group. */
    connector(arn: string, user: string): CalledConnector;
  };
}

/** The result of looking up a Voice Connector: `unknown` if none has the ARN, otherwise its usable routes. */
export type CalledConnector = 'unknown' | ConnectorTarget[];

/** The header that tells the called party the Voice Connector's id (pstn-audio 7.5). */
const CONNECTOR_HEADER = 'X-VoiceConnector-ID';

const NOT_YOURS =
  'Provided caller ID number is invalid. Number must be owned by this AWS account, or be the From number of LEG-A.';
const INVALID_ENDPOINT = 'Endpoint parameter is invalid.';

/** Prefix of the mixer's meeting id for a bridge, which is a meeting of two that nobody else can name. */
const NAME = 'bridge ';

/** Whether the mixer's meeting is a bridge. Attendees of a bridge are not reported to anyone. */
export function isBridge(meetingId: string): boolean {
  return meetingId.startsWith(NAME);
}

/**
 * The legs that CallAndBridge has dialled and connected. Two bridged telephones share a meeting of two in the
 * mixer.
 */
export class Bridges {
  readonly #edges: BridgeEdges;
  readonly #ids: Ids;
  /** Maps each bridged leg to the other leg. */
  readonly #other = new Map<string, string>();

  constructor(edges: BridgeEdges, ids: Ids) {
    this.#edges = edges;
    this.#ids = ids;
  }

  /** Dials the leg and returns what the engine is told at once. */
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

  /** Lets the first leg hear the other one without being heard. */
  hear({ legId, fromLegId }: HearLeg): void {
    this.#seat(legId, fromLegId, true);
  }

  #seat(legId: string, withLegId: string, muted: boolean): void {
    const { media } = this.#edges;
    this.#other.set(legId, withLegId).set(withLegId, legId);
    const meetingId = `${NAME}${legId}`;
    // While the far end still rings, nobody is there to receive keys.
    const passesKeys = !muted;
    media.joinMeeting(legId, { meetingId, attendeeId: legId, muted, passesKeys });
    media.joinMeeting(withLegId, { meetingId, attendeeId: withLegId, muted: false, passesKeys });
  }

  /** A leg has ended: the other leg of its bridge leaves the mixer's meeting and may join another. */
  ended(legId: string): void {
    const other = this.#other.get(legId);
    if (other === undefined) return;
    this.#other.delete(legId);
    // The other leg may be in another bridge by now.
    if (this.#other.get(other) !== legId) return;
    this.#other.delete(other);
    this.#edges.media.leaveMeeting(other);
  }
}
