import type { PageMedia } from './page.ts';

/** Every connection that the page's library has made, the newest last. */
const connections: RTCPeerConnection[] = [];
const FFT_SIZE = 4096;

let context: AudioContext | undefined;
let analyser: AnalyserNode | undefined;

function audio(): AudioContext {
  context ??= new AudioContext();
  return context;
}

/** The stream of a microphone that hums. */
export function hummingStream(hz: number | undefined): MediaStream {
  const out = audio().createMediaStreamDestination();
  const gain = new GainNode(audio(), { gain: hz === undefined ? 0 : 0.3 });
  const tone = new OscillatorNode(audio(), { frequency: hz ?? 440 });
  tone.connect(gain).connect(out);
  tone.start();
  return out.stream;
}

/**
 * Limits the codecs that the page offers and answers with, and watches the connections that its library
 * makes.
 */
export function watchConnections(codecs: string[] | undefined): void {
  const { prototype } = RTCPeerConnection;
  const { createOffer, createAnswer, setRemoteDescription } = prototype;
  const prepare = (connection: RTCPeerConnection) => {
    watch(connection);
    if (codecs) for (const one of connection.getTransceivers()) limit(one, codecs);
  };
  prototype.createOffer = function (this: RTCPeerConnection, ...options: unknown[]) {
    prepare(this);
    return Reflect.apply(createOffer, this, options);
  };
  prototype.createAnswer = function (this: RTCPeerConnection, ...options: unknown[]) {
    prepare(this);
    return Reflect.apply(createAnswer, this, options);
  };
  // For an incoming call, the far end's tracks are reported before an answer is made.
  prototype.setRemoteDescription = function (this: RTCPeerConnection, ...descriptions: unknown[]) {
    watch(this);
    return Reflect.apply(setRemoteDescription, this, descriptions);
  };
}

function limit(transceiver: RTCRtpTransceiver, codecs: string[]): void {
  const known = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
  const wanted = [...codecs, 'audio/telephone-event'];
  const chosen = wanted.flatMap((type) =>
    known.filter(({ mimeType }) => mimeType.toLowerCase() === type.toLowerCase()),
  );
  transceiver.setCodecPreferences(chosen);
}

function watch(connection: RTCPeerConnection): void {
  if (connections.includes(connection)) return;
  connections.push(connection);
  connection.addEventListener('track', ({ track }) => {
    const stream = new MediaStream([track]);
    // Chromium passes a remote stream to Web Audio only while an element plays it.
    const element = new Audio();
    element.srcObject = stream;
    element.muted = true;
    void element.play();
    analyser = new AnalyserNode(audio(), { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    audio().createMediaStreamSource(stream).connect(analyser);
  });
}

export const media: PageMedia = {
  levelAt(hz) {
    if (!analyser) return Number.NEGATIVE_INFINITY;
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const bin = Math.round((hz * analyser.fftSize) / audio().sampleRate);
    return Math.max(...bins.slice(bin - 1, bin + 2));
  },
  connection: () => connections.at(-1)?.connectionState ?? '',
  async inbound() {
    const found = { packets: 0, codec: '', lost: 0 };
    const report = await connections.at(-1)?.getStats();
    for (const one of report?.values() ?? []) {
      if (one.type !== 'inbound-rtp') continue;
      found.packets = one.packetsReceived;
      found.lost = one.packetsLost;
      found.codec = report?.get(one.codecId)?.mimeType ?? '';
    }
    return found;
  },
};
