import { type MediaEdge, startMediaEdge } from '#media-edge';
import { silentLog, systemClock, systemIds } from '#platform';
import {
  type ArrivedLeg,
  type SipEdge,
  type SipEdgeLimits,
  type SipEdgeOptions,
  startSipEdge,
} from '#sip-edge';
import { eventually } from '#testkit';

const MEETING = 'switchboard';
/** Apart from the ports that `reservePorts` gives, which other tests use. */
const PORTS = { first: 28_000, last: 29_999 };

/**
 * The SIP edge and the media edge without an application: every caller hears ringing, is answered, and joins
 * one meeting.
 */
export class Switchboard {
  readonly sip: SipEdge;
  readonly media: MediaEdge;
  /**
   * The events of all legs in order: `arrived`, `ringing`, `answered`, `up`, `down <reason>`, `digit 5`,
   * `ended 0 far`.
   */
  readonly events: string[];
  readonly arrived: ArrivedLeg[];
  /** What to do with a call. Default: ring and answer. */
  onArrived: (leg: ArrivedLeg) => void = ({ legId }) => {
    this.sip.ring(legId);
    this.sip.answer(legId);
  };

  private constructor(sip: SipEdge, media: MediaEdge, events: string[], arrived: ArrivedLeg[]) {
    this.sip = sip;
    this.media = media;
    this.events = events;
    this.arrived = arrived;
  }

  static async start(
    limits: Partial<SipEdgeLimits> = {},
    timers?: SipEdgeOptions['timers'],
    ways: Pick<SipEdgeOptions, 'tls' | 'furtherAddresses'> = {},
  ): Promise<Switchboard> {
    const events: string[] = [];
    const arrived: ArrivedLeg[] = [];
    let board: Switchboard | undefined;
    const media = await startMediaEdge({ address: '127.0.0.1', portRange: PORTS });
    media.observe({
      onDigit: (_callId, digit) => events.push(`digit ${digit}`),
      onTransportUp: () => events.push('up'),
      onTransportDown: (_callId, reason) => events.push(`down ${reason}`),
      onFatal: (error) => events.push(`fatal ${error.message}`),
      onPlaybackFinished() {},
      onSpeaking() {},
      onLevels() {},
      onMediaLost() {},
    });
    const sip = await startSipEdge(
      { address: '127.0.0.1', port: 0, limits, ...ways, ...(timers ? { timers } : {}) },
      {
        media,
        clock: systemClock,
        ids: systemIds,
        log: silentLog,
      },
    );
    sip.observe({
      onLegArrived(leg) {
        arrived.push(leg);
        events.push('arrived');
        board?.onArrived(leg);
      },
      onLegRinging: () => events.push('ringing'),
      onLegEarlyMedia: () => {},
      onLegAnswered(legId) {
        events.push('answered');
        media.joinMeeting(legId, { meetingId: MEETING, attendeeId: legId, muted: false });
      },
      onLegEnded: (_callId, end) => events.push(`ended ${end.sipResponseCode} ${end.by}`),
      onDigit: (_callId, digit) => events.push(`info ${digit}`),
    });
    board = new Switchboard(sip, media, events, arrived);
    return board;
  }

  /** Waits until an event was reported, or was reported `times` times. */
  async until(event: RegExp, times = 1): Promise<void> {
    await eventually(
      `${times} × ${event}`,
      () => this.events.filter((told) => event.test(told)).length >= times,
      { instead: () => `Told: ${this.events.join(', ')}` },
    );
  }

  async close(): Promise<void> {
    await this.sip.close(500);
    await this.media.close();
  }
}
