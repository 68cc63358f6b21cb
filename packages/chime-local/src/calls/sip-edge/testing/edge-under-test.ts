import type { LegKind, LegMedia, LocalMedia, RemoteMedia } from '#media-edge';
import { type Clock, silentLog, systemClock, systemIds } from '#platform';
import type { ArrivedLeg, SipEdge, SipEdgeOptions } from '../sip-edge.ts';
import { startSipEdge } from '../start-sip-edge.ts';

/** Well-formed values that belong to nobody. */
const WEB_RTC = {
  iceUfrag: 'ours',
  icePwd: 'twentytwocharactersxxx',
  fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
};

/** Fake media that only remembers what it was told. */
export class FakeLegMedia implements LegMedia {
  readonly told: string[] = [];
  readonly remotes: RemoteMedia[] = [];
  readonly kinds: LegKind[] = [];
  readonly open = new Set<string>();
  /** If set, ports are not opened until it resolves. */
  gate: Promise<void> | undefined;
  fails = false;
  #next = 20_000;

  async openLeg(legId: string, kind: LegKind = { transport: 'rtp', band: 'narrow' }): Promise<LocalMedia> {
    await this.gate;
    if (this.fails) throw new Error('no port is free');
    this.open.add(legId);
    this.kinds.push(kind);
    this.told.push('open');
    this.#next += 2;
    if (kind.transport === 'webrtc') {
      return { address: '127.0.0.1', rtpPort: this.#next, rtcpPort: this.#next, webRtc: WEB_RTC };
    }
    const address = kind.ipVersion === 6 ? '::1' : '127.0.0.1';
    return { address, rtpPort: this.#next, rtcpPort: this.#next + 1 };
  }

  connectLeg(_callId: string, remote: RemoteMedia): void {
    this.remotes.push(remote);
    this.told.push('connect');
  }

  closeLeg(legId: string): void {
    this.open.delete(legId);
    this.told.push('close');
  }
}

export interface EdgeUnderTest {
  edge: SipEdge;
  media: FakeLegMedia;
  /** The events in order: `arrived`, `answered`, `digit 5`, `ended 0 far`. */
  events: string[];
  arrived: ArrivedLeg[];
  /** Sets what happens when a leg arrives. Default: ring and answer. */
  setOnArrived(act: (edge: SipEdge, leg: ArrivedLeg) => void): void;
  /** Resolves once a matching event has come. */
  until(event: RegExp): Promise<void>;
}

/** Starts a real edge on a free loopback port. */
export async function edgeUnderTest(
  options: Partial<SipEdgeOptions> = {},
  clock: Clock = systemClock,
): Promise<EdgeUnderTest> {
  const media = new FakeLegMedia();
  const events: string[] = [];
  const arrived: ArrivedLeg[] = [];
  let waiting: (() => void)[] = [];
  let onArrived = (edge: SipEdge, leg: ArrivedLeg): void => {
    edge.ring(leg.legId);
    edge.answer(leg.legId);
  };
  const note = (event: string) => {
    events.push(event);
    const due = waiting;
    waiting = [];
    for (const wake of due) wake();
  };
  const edge: SipEdge = await startSipEdge(
    { address: '127.0.0.1', port: 0, ...options },
    {
      media,
      clock,
      ids: systemIds,
      log: silentLog,
    },
  );
  edge.observe({
    onLegArrived(leg) {
      arrived.push(leg);
      note('arrived');
      onArrived(edge, leg);
    },
    onLegRinging: () => note('ringing'),
    onLegEarlyMedia: () => note('early media'),
    onLegAnswered: () => note('answered'),
    onLegEnded: (_callId, end) => note(`ended ${end.sipResponseCode} ${end.by}`),
    onDigit: (_callId, digit) => note(`digit ${digit}`),
    onCallRefused: (why) => note(`refused: ${why}`),
  });
  return {
    edge,
    media,
    events,
    arrived,
    setOnArrived: (act) => {
      onArrived = act;
    },
    async until(event) {
      while (!events.some((told) => event.test(told))) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
