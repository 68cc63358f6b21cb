import { describe, expect, it } from 'vitest';
import { DTMF_HZ, encodeG711, PCMU } from '#audio';
import { writeRtpPacket, writeTelephoneEvent } from '#rtp';
import { KeyChannels } from './key-channels.ts';
import type { LegKind } from './media-edge.ts';
import { type StagedFarEnd, StagedHost } from './testing/staged-host.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const EVENTS = 101;
const FRAME = 160;
const FRAME_MS = 20;
/** Packets of one press, and the number of those at the end that have the end bit set. */
const PACKETS = 8;
const ENDS = 3;
const VOICE_SSRC = 1;

/** A phone that can press keys in any way. */
class Caller {
  readonly staged: StagedHost;
  readonly #farEnd: StagedFarEnd;
  readonly #codes = new Uint8Array(FRAME);
  #sent = 0;
  #eventsSent = 0;
  /** Packets that the network is holding back. */
  #held: Uint8Array[] | undefined;

  private constructor(staged: StagedHost, farEnd: StagedFarEnd) {
    this.staged = staged;
    this.#farEnd = farEnd;
  }

  /** @param offered the negotiated payload type of events. */
  static async dial(offered?: number): Promise<Caller> {
    const staged = new StagedHost();
    const caller = new Caller(staged, await staged.leg('phone', PHONE));
    caller.negotiate(offered);
    return caller;
  }

  /** A re-INVITE negotiates another payload type for events, or none, or sound in one direction only. */
  negotiate(offered: number | undefined, direction: 'sendrecv' | 'sendonly' = 'sendrecv'): void {
    this.staged.host.connectLeg('phone', {
      ...{ address: '127.0.0.1', rtpPort: 5_000, rtcpPort: 5_001 },
      ...{ codec: 'PCMU', payloadType: 0, direction },
      ...(offered === undefined ? {} : { dtmfPayloadType: offered }),
    });
  }

  /** The packets that were sent to the phone. */
  get heard() {
    return this.#farEnd.listener.packets;
  }

  get pressed(): string {
    return this.staged.log.map((line) => /pressed (.)/.exec(line)?.[1] ?? '').join('');
  }

  /** Sends a packet of voice every 20 ms: silence, or the tones of a key. */
  voice(ms: number, key?: string): void {
    const pair = key === undefined ? [] : DTMF_HZ[key]!;
    for (let at = 0; at < ms; at += FRAME_MS) {
      const first = this.#sent * FRAME;
      const samples = Int16Array.from({ length: FRAME }, (_, i) =>
        pair.reduce((sum, hz) => sum + 5_000 * Math.sin((2 * Math.PI * hz * (first + i)) / 8_000), 0),
      );
      encodeG711(PCMU, samples, 0, FRAME, this.#codes);
      this.#send(0, VOICE_SSRC, this.#sent, first, this.#codes.slice());
      this.#sent++;
      this.staged.run(FRAME_MS);
    }
  }

  /** Presses a key as RTP events. */
  async event(
    key: string,
    style: { payloadType?: number; ssrc?: number; step?: number; meanwhile?: (n: number) => void } = {},
  ) {
    const { payloadType = EVENTS, ssrc = VOICE_SSRC, step = FRAME, meanwhile } = style;
    const apart = ssrc !== VOICE_SSRC;
    const start = apart ? 7_000_000 + this.#eventsSent * step : this.#sent * step;
    for (let n = 0; n < PACKETS; n++) {
      const payload = writeTelephoneEvent(
        key,
        n >= PACKETS - ENDS,
        step * Math.min(n + 1, PACKETS - ENDS + 1),
      );
      const number = apart ? 40_000 + this.#eventsSent++ : this.#sent++;
      this.#send(payloadType, ssrc, number, start, payload, n === 0);
      meanwhile?.(n);
      if (apart) this.voice(FRAME_MS);
      else this.staged.run(FRAME_MS);
    }
    this.voice(80);
  }

  /** Presses a key as tones. */
  tone(key: string): void {
    this.voice(80, key);
    this.voice(80);
  }

  /** Holds back the packets that are sent meanwhile, then delivers them all at once. */
  stalled(meanwhile: () => void): void {
    const held: Uint8Array[] = [];
    this.#held = held;
    meanwhile();
    this.#held = undefined;
    for (const packet of held) this.#farEnd.send(packet);
  }

  /** Presses a key by SIP INFO. */
  signal(key: string): void {
    this.staged.host.pressKey('phone', key);
  }

  /** Sends a packet that belongs to no stream of the phone. */
  stray(payloadType: number, payload: Uint8Array): void {
    this.#send(payloadType, 777, 5, 99, payload);
  }

  #send(
    payloadType: number,
    ssrc: number,
    number: number,
    timestamp: number,
    payload: Uint8Array,
    marker = false,
  ) {
    const sequenceNumber = number & 0xffff;
    const stream = { sequenceNumber, timestamp: timestamp >>> 0, ssrc };
    const packet = writeRtpPacket({ marker, payloadType, payload, ...stream });
    if (this.#held) this.#held.push(packet);
    else this.#farEnd.send(packet);
  }
}

const WAYS: Record<string, (caller: Caller, key: string) => Promise<void> | void> = {
  "in events of the voice's source": (caller, key) => caller.event(key),
  'in events of a source of their own (rtpengine#1569)': (caller, key) => caller.event(key, { ssrc: 9 }),
  'in events with stray packets of silence within': (caller, key) =>
    caller.event(key, { meanwhile: () => caller.stray(0, new Uint8Array(FRAME).fill(0xff)) }),
  'in events with stray comfort noise within': (caller, key) =>
    caller.event(key, { meanwhile: () => caller.stray(13, Uint8Array.of(40)) }),
  'in events with a stray event within': (caller, key) =>
    caller.event(key, {
      meanwhile: (n) => n === 3 && caller.stray(EVENTS, writeTelephoneEvent(key, false, 320)),
    }),
  'in events with a source of its own for each press': (caller, key) =>
    caller.event(key, { ssrc: 100 + caller.pressed.length }),
  'in events with voice of the same source between them': (caller, key) =>
    caller.event(key, { meanwhile: () => caller.voice(FRAME_MS) }),
  'under another number than was agreed on': (caller, key) => caller.event(key, { payloadType: 96 }),
  'in events at the clock of 16 kHz': (caller, key) => caller.event(key, { payloadType: 97, step: 320 }),
  'by signalling': (caller, key) => {
    caller.signal(key);
    caller.voice(200);
  },
  'by signalling, and in events afterwards': async (caller, key) => {
    caller.signal(key);
    await caller.event(key);
  },
  'in events, and by signalling when the key is let go': async (caller, key) => {
    await caller.event(key);
    caller.signal(key);
  },
  'in events, and by signalling meanwhile': (caller, key) =>
    caller.event(key, { meanwhile: (n) => n === 4 && caller.signal(key) }),
};

describe('keys of a phone that offered events', () => {
  it.each(Object.entries(WAYS))('A key of a phone with events is reported once: %s', async (_, press) => {
    const caller = await Caller.dial(EVENTS);
    caller.voice(100);
    for (const key of '481554') await press(caller, key);
    expect(caller.pressed).toBe('481554');
  });

  it('A key is reported once if INFO comes after a long press', async () => {
    const caller = await Caller.dial(EVENTS);
    const press = Array.from({ length: 250 }, (_, n) => writeTelephoneEvent('4', false, (n + 1) * FRAME));
    let n = 0;
    await caller.event('4', { meanwhile: () => {} });
    expect(caller.pressed).toBe('4');
    caller.signal('4');
    for (const payload of press) {
      caller.staged.farEnds.get('phone')!.send(
        writeRtpPacket({
          marker: n === 0,
          payloadType: EVENTS,
          sequenceNumber: 100 + n++,
          timestamp: 90_000,
          ssrc: VOICE_SSRC,
          payload,
        }),
      );
      caller.staged.run(FRAME_MS);
    }
    caller.signal('4');
    expect(caller.pressed).toBe('44');
  });

  it('Keys of a phone with events are not detected in its sound', async () => {
    const caller = await Caller.dial(EVENTS);
    for (const key of '48') caller.tone(key);
    expect(caller.pressed).toBe('');
  });
});

describe('keys of a phone that offered no events', () => {
  it('Keys of a phone without events are heard before and within meetings', async () => {
    const caller = await Caller.dial();
    caller.voice(100);
    for (const key of '48') caller.tone(key);
    caller.staged.host.joinMeeting('phone', { meetingId: 'm', attendeeId: 'A', muted: false });
    for (const key of '155') caller.tone(key);
    caller.staged.host.setMuted('m', ['A'], true);
    for (const key of '*5') caller.tone(key);
    expect(caller.pressed).toBe('48155*5');
  });

  it.each([
    ['at its own clock', 101, FRAME],
    ['at the clock of 48 kHz (freeswitch#1191)', 110, 960],
    ['under any dynamic number', 96, FRAME],
  ])('Events are accepted from a phone that offered none: %s', async (_, payloadType, step) => {
    const caller = await Caller.dial();
    caller.voice(100);
    for (const key of '4855') await caller.event(key, { payloadType, step });
    expect(caller.pressed).toBe('4855');
  });

  it.each<[string, (caller: Caller, key: string) => void]>([
    ['for its length', (caller, key) => caller.stalled(() => caller.tone(key))],
    [
      'for 300 ms',
      (caller, key) =>
        caller.stalled(() => {
          caller.tone(key);
          caller.voice(140);
        }),
    ],
    [
      'in its middle',
      (caller, key) => {
        caller.voice(40, key);
        caller.stalled(() => caller.voice(100, key));
        caller.voice(80);
      },
    ],
    [
      'for 60 ms again and again',
      (caller, key) => {
        for (let n = 0; n < 2; n++) caller.stalled(() => caller.voice(60, key));
        for (let n = 0; n < 2; n++) caller.stalled(() => caller.voice(60));
      },
    ],
  ])('Keys in the sound are heard though the network stalls %s', async (_, press) => {
    const caller = await Caller.dial();
    caller.voice(200);
    for (const key of '48155*') press(caller, key);
    caller.voice(600);
    expect(caller.pressed).toBe('48155*');
  });

  it('A key in the sound ends when packets stop coming', async () => {
    const caller = await Caller.dial();
    caller.voice(100);
    for (let n = 0; n < 2; n++) {
      caller.voice(100, '5');
      caller.staged.run(1_000);
    }
    expect(caller.pressed).toBe('55');
  });

  it('A key that comes as tone and as event is reported once', async () => {
    const caller = await Caller.dial();
    for (const key of '48') {
      caller.tone(key);
      await caller.event(key);
    }
    expect(caller.pressed).toBe('48');
  });
});

describe('keys after a re-INVITE', () => {
  it('Keys are heard in the sound once events are withdrawn (asterisk-i#15)', async () => {
    const caller = await Caller.dial(EVENTS);
    await caller.event('4');
    caller.tone('9');
    caller.negotiate(undefined);
    caller.voice(100);
    caller.tone('8');
    await caller.event('1');
    expect(caller.pressed).toBe('481');
  });

  it('Keys are sent as events once the phone offers them (asterisk#826)', async () => {
    const caller = await Caller.dial();
    const keys = { keys: '5', toneMs: 100, gapMs: 60, commaMs: 500 };
    const types = () => new Set(caller.heard.splice(0).map(({ payloadType }) => payloadType));
    caller.staged.host.sendKeys('phone', { playId: 'tones', ...keys });
    caller.voice(400);
    expect(types()).toEqual(new Set([0]));
    caller.negotiate(EVENTS);
    caller.staged.host.sendKeys('phone', { playId: 'events', ...keys });
    caller.voice(400);
    expect(types()).toEqual(new Set([0, EVENTS]));
  });

  it('Keys are accepted from a phone that only listens (chrta/sip_call#47)', async () => {
    const caller = await Caller.dial(EVENTS);
    caller.negotiate(EVENTS, 'sendonly');
    for (const key of '48') await caller.event(key);
    expect(caller.pressed).toBe('48');
  });
});

describe('events under the number of another clock', () => {
  it("Events under another clock's number are accepted beside the agreed ones", async () => {
    const caller = await Caller.dial(EVENTS);
    await caller.event('4', { payloadType: 110, step: 960 });
    await caller.event('8');
    expect(caller.pressed).toBe('48');
  });
});

describe('the sound of a key that is also sent as events', () => {
  it('Neither that sound nor its concealment is heard in the meeting', async () => {
    const caller = await Caller.dial(EVENTS);
    const { listener } = await caller.staged.leg('other', PHONE);
    for (const legId of ['phone', 'other'])
      caller.staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId, muted: false });
    caller.voice(400);
    await caller.event('5', {
      meanwhile(n) {
        caller.voice(FRAME_MS, '5');
        if (n === 3) caller.staged.run(300);
      },
    });
    expect(caller.pressed).toBe('5');
    expect(Math.max(...listener.lately(1.2))).toBe(0);
  });
});

describe('the ways in which a key arrives', () => {
  it('The ways in which a key arrives are matched one to one', () => {
    const keys = new KeyChannels();
    const told = [
      keys.take('events', '4', 0),
      keys.take('events', '4', 200),
      keys.take('signalling', '4', 300),
      keys.take('signalling', '4', 350),
      keys.take('signalling', '4', 500),
      keys.take('events', '4', 600),
    ];
    expect(told).toEqual([true, true, false, false, true, false]);
  });

  it('Two presses that arrive the same way are never merged', () => {
    const keys = new KeyChannels();
    expect([keys.take('signalling', '4', 0), keys.take('signalling', '4', 1)]).toEqual([true, true]);
    expect(keys.take('events', '4', 10_000)).toBe(true);
    for (let n = 0; n < 200; n++) expect(keys.take('events', '5', 10_000 + n)).toBe(true);
  });
});
