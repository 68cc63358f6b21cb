/** What a page hears and says, available as `window.ears`. */
export interface EarsInPage {
  /** The number of pieces of sound heard since the page was opened, which serves as a position. */
  now(): number;
  /**
   * Finds `run` consecutive pieces, from a position on, in all of which the frequency is present (or absent;
   * or, for `silence`, there is no sound at all). Returns the position after them; undefined if there are
   * none yet.
   */
  find(from: number, run: number, wanted: { hz: number; there: boolean } | 'silence'): number | undefined;
  /** The share of the pieces from a position on in which the frequency is present: 0 to 1. */
  share(from: number, hz: number): number;
  /** The states of all opened microphones: `live` or `ended`. */
  microphones(): string[];
  /** The newest connection. */
  connection(): RTCPeerConnection | undefined;
}

/** What the page listens for. */
export interface EarsOptions {
  /** Frequencies that tests query, Hz. */
  hz: number[];
  /** Frequency of a humming microphone that replaces the browser's, Hz. */
  voiceHz?: number;
  /** Whether its loudness varies like a voice's. */
  voiceWavers?: boolean;
}

declare global {
  interface Window {
    ears: EarsInPage;
  }
}

/**
 * W3C mediacapture-transform as implemented by Chromium: the sound of a track as a stream of pieces of some
 * 10 ms.
 */
declare class MediaStreamTrackProcessor {
  readonly readable: ReadableStream<AudioData>;
  constructor(options: { track: MediaStreamTrack; maxBufferSize: number });
}

/**
 * Installs the ears in a page before a call is made there. The function is passed as text, so it may use
 * nothing from outside itself. It listens to what the other end sends, without gaps, and determines the tones
 * in each piece. Received sound is kept outside of the page's thread until it is read, so a delayed page
 * hears it later, but completely.
 */
export function installEars({ hz, voiceHz, voiceWavers = false }: EarsOptions): void {
  /**
   * Milliseconds of a piece. Tones are analysed over two pieces, so that frequencies 60 Hz apart can be
   * distinguished.
   */
  const PIECE_MS = 20;
  /** Pieces of the track, some 10 ms each, that are kept for a delayed page: half a minute. */
  const MOST_KEPT = 3_000;
  /**
   * Share of the power above which a tone is present, and mean square of silence: the same as for telephones.
   */
  const PRESENT = 0.15;
  const SILENCE = 1e-7;
  const pieces: { silent: boolean; tones: Set<number> }[] = [];
  const microphones: MediaStreamTrack[] = [];
  /** The reader of the newest connection's sound. */
  let reader: ReadableStreamDefaultReader<AudioData> | undefined;
  let newest: RTCPeerConnection | undefined;
  let context: AudioContext | undefined;
  const audio = (): AudioContext => {
    context ??= new AudioContext();
    return context;
  };

  const power = (samples: Float32Array) =>
    samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const powerAt = (samples: Float32Array, frequency: number, rate: number): number => {
    const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
    let [last, before] = [0, 0];
    for (const sample of samples) [last, before] = [sample + coefficient * last - before, last];
    return (2 * (last * last + before * before - coefficient * last * before)) / samples.length ** 2;
  };
  const look = (samples: Float32Array, rate: number): void => {
    const all = power(samples);
    const silent = all < SILENCE;
    const tones = silent ? [] : hz.filter((one) => powerAt(samples, one, rate) / all > PRESENT);
    pieces.push({ silent, tones: new Set(tones) });
  };

  const listen = async (track: MediaStreamTrack): Promise<void> => {
    void reader?.cancel();
    const own = new MediaStreamTrackProcessor({ track, maxBufferSize: MOST_KEPT }).readable.getReader();
    reader = own;
    /** The two latest pieces, the newer one in the second half. */
    let both = new Float32Array(0);
    let filled = 0;
    for (;;) {
      const { value: data } = await own.read();
      if (!data) return;
      const { sampleRate, numberOfFrames } = data;
      const samples = new Float32Array(numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      data.close();
      const piece = (sampleRate * PIECE_MS) / 1000;
      if (both.length !== 2 * piece) [both, filled] = [new Float32Array(2 * piece), piece];
      for (let taken = 0; taken < numberOfFrames; ) {
        const next = samples.subarray(taken, taken + 2 * piece - filled);
        both.set(next, filled);
        taken += next.length;
        filled += next.length;
        if (filled < 2 * piece) break;
        look(both, sampleRate);
        both.copyWithin(0, piece);
        filled = piece;
      }
    }
  };

  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      newest = this;
      this.addEventListener('track', ({ track }) => void listen(track));
    }
  };

  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const hum = (frequency: number): MediaStream => {
    const out = audio().createMediaStreamDestination();
    const tone = new OscillatorNode(audio(), { frequency });
    const gain = new GainNode(audio(), { gain: 0.3 });
    const waver = new OscillatorNode(audio(), { frequency: 1.3 });
    waver.connect(new GainNode(audio(), { gain: voiceWavers ? 0.27 : 0 })).connect(gain.gain);
    waver.start();
    tone.connect(gain).connect(out);
    tone.start();
    return out.stream;
  };
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = voiceHz === undefined ? await original(constraints) : hum(voiceHz);
    microphones.push(...stream.getTracks());
    return stream;
  };

  window.ears = {
    now: () => pieces.length,
    find(from, run, wanted) {
      let inARow = 0;
      for (let place = from; place < pieces.length; place++) {
        const piece = pieces[place] as (typeof pieces)[number];
        const fits = wanted === 'silence' ? piece.silent : piece.tones.has(wanted.hz) === wanted.there;
        inARow = fits ? inARow + 1 : 0;
        if (inARow === run) return place + 1;
      }
      return undefined;
    },
    share(from, frequency) {
      const since = pieces.slice(from);
      return since.filter(({ tones }) => tones.has(frequency)).length / Math.max(1, since.length);
    },
    microphones: () => microphones.map(({ readyState }) => readyState),
    connection: () => newest,
  };
}
