import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { TelephoneEvents, writeRtpPacket } from '#rtp';
import { eventually } from './eventually.ts';
import { decodeUlaw, encodeUlaw } from './telephone/ulaw.ts';

/** Milliseconds and PCMU samples of a packet. */
const PACKET_MS = 20;
const PACKET_SAMPLES = 160;
const RATE = 8000;
/** Number of newest samples that are kept of the received sound. */
const KEPT_SAMPLES = RATE * 4;
const SSRC = 0x5eed;
/** Peak amplitude of the sent tone. */
const TONE_PEAK = 8000;
/** Payload type of PCMU (RFC 3551 table 4). */
const PCMU = 0;

/** The codecs of an offer that this end accepts: the first speech codec, and telephone events with it. */
interface Wanted {
  speech: { name: string; payloadType: number; clockRate: number };
  keys?: number;
}

/**
 * The far end of a browser's WebRTC audio, for tests: it hears PCMU and sends a tone; with another codec it
 * only reads keys.
 */
export class PretendWebRtcEnd {
  /** The keys pressed so far. */
  keys = '';
  /** Number of received speech packets. */
  packets = 0;
  /** Together with `until`, the interface for `hears` and similar helpers. */
  readonly line = { lastHeard: (ms: number) => this.#lastHeard(ms) };
  readonly codec: string;
  readonly #connection: RTCPeerConnection;
  readonly #track = new MediaStreamTrack({ kind: 'audio' });
  readonly #events = new TelephoneEvents();
  readonly #wanted: Wanted;
  #heard: Int16Array = new Int16Array(0);
  #toneHz = 0;
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.codec = wanted.speech.name;
    const { name, payloadType, clockRate } = wanted.speech;
    const parameters = (mime: string, type: number, rate: number, channels = 1) =>
      new RTCRtpCodecParameters({
        mimeType: `audio/${mime}`,
        clockRate: rate,
        channels,
        payloadType: type,
      });
    this.#connection = new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: {
        audio: [
          parameters(name, payloadType, clockRate, name === 'opus' ? 2 : 1),
          ...(wanted.keys === undefined ? [] : [parameters('telephone-event', wanted.keys, clockRate)]),
        ],
        video: [],
      },
    });
    this.#connection.addTransceiver(this.#track, { direction: 'sendrecv' });
    this.#connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(({ header, payload }) => {
        if (header.payloadType === wanted.keys) {
          this.keys += this.#events.read(payload, 0, payload.length, header, performance.now());
        } else this.#hear(payload);
      });
    });
  }

  /** Answers a browser's offer. */
  static async answer(offer: string): Promise<{ end: PretendWebRtcEnd; sdp: string }> {
    const wanted = wantedOf(offer);
    const end = new PretendWebRtcEnd(wanted);
    // Host names under .local would be resolved by multicast, which takes seconds.
    const sdp = offer
      .split('\r\n')
      .filter((line) => !/^a=candidate:.*\.local /.test(line))
      .join('\r\n');
    await end.#connection.setRemoteDescription({ type: 'offer', sdp: onlyWanted(sdp, wanted) });
    await end.#connection.setLocalDescription(await end.#connection.createAnswer());
    end.#talk();
    return { end, sdp: end.#connection.localDescription?.sdp ?? '' };
  }

  /** Makes an offer of PCMU and keys for a browser; `answered` takes the answer. */
  static async offer(): Promise<{ end: PretendWebRtcEnd; sdp: string }> {
    const end = new PretendWebRtcEnd({
      speech: { name: 'PCMU', payloadType: PCMU, clockRate: RATE },
      keys: 101,
    });
    await end.#connection.setLocalDescription(await end.#connection.createOffer());
    return { end, sdp: end.#connection.localDescription?.sdp ?? '' };
  }

  async answered(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
    this.#talk();
  }

  /** Sends this tone from now on; 0 is silence. */
  sayTone(hz: number): void {
    this.#toneHz = hz;
  }

  /** Waits until the condition holds. */
  async until(what: string, holds: () => boolean, withinMs?: number): Promise<void> {
    await eventually(what, holds, { withinMs });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.close();
  }

  #talk(): void {
    const begun = performance.now();
    this.#timer = setInterval(() => {
      if (this.codec !== 'PCMU') return;
      // After a late timer the missed packets are sent, as a telephone's clock would do.
      while (this.#sent * PACKET_MS <= performance.now() - begun) this.#sendPacket();
    }, PACKET_MS);
  }

  #sendPacket(): void {
    const first = this.#sent * PACKET_SAMPLES;
    const payload = Uint8Array.from({ length: PACKET_SAMPLES }, (_, index) => {
      const angle = (2 * Math.PI * this.#toneHz * (first + index)) / RATE;
      return encodeUlaw(Math.round(TONE_PEAK * Math.sin(angle)));
    });
    const packet = writeRtpPacket({
      payloadType: this.#wanted.speech.payloadType,
      sequenceNumber: this.#sent & 0xffff,
      timestamp: first >>> 0,
      ssrc: SSRC,
      marker: this.#sent === 0,
      payload,
    });
    this.#sent += 1;
    this.#track.writeRtp(Buffer.from(packet));
  }

  #hear(payload: Uint8Array): void {
    this.packets += 1;
    if (this.codec !== 'PCMU') return;
    const heard = decodeUlaw(payload);
    const all = new Int16Array(this.#heard.length + heard.length);
    all.set(this.#heard);
    all.set(heard, this.#heard.length);
    this.#heard = all.subarray(-KEPT_SAMPLES);
  }

  #lastHeard(ms: number): Int16Array {
    return this.#heard.subarray(-Math.round((ms * RATE) / 1000));
  }
}

function wantedOf(offer: string): Wanted {
  const maps = [...offer.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+)\/(\d+)/gm)].map(([, type, name, rate]) => ({
    name: name as string,
    payloadType: Number(type),
    clockRate: Number(rate),
  }));
  const order = (/^m=audio \d+ \S+ (.*)$/m.exec(offer)?.[1] ?? '').trim().split(' ').map(Number);
  const inOrder = order.flatMap((type) => maps.filter(({ payloadType }) => payloadType === type));
  const speech = inOrder.find(({ name }) => /^(PCMU|opus)$/i.test(name));
  if (!speech) throw new Error(`The offer has neither PCMU nor Opus:\n${offer}`);
  const keys = inOrder.find(
    ({ name, clockRate }) => name === 'telephone-event' && clockRate === speech.clockRate,
  );
  return { speech, ...(keys ? { keys: keys.payloadType } : {}) };
}

/** werift matches codecs by name alone, so the other codecs are removed from the offer first. */
function onlyWanted(offer: string, { speech, keys }: Wanted): string {
  const types = [speech.payloadType, ...(keys === undefined ? [] : [keys])];
  return offer
    .replace(/^(m=audio \d+ \S+) .*$/m, `$1 ${types.join(' ')}`)
    .split('\r\n')
    .filter((line) => {
      const type = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
      return type === undefined || types.includes(Number(type));
    })
    .join('\r\n');
}
