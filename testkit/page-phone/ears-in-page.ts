/** What a page hears and says, as `window.ears`. */
export interface EarsInPage {
  /** How many pieces of sound were heard since the page was opened: a place in them. */
  now(): number;
  /**
   * The place after `run` pieces in a row, from a place on, in each of which the frequency is there (or is not there;
   * or, without a frequency, nothing is); undefined when there is none yet.
   */
  find(from: number, run: number, wanted: { hz: number; there: boolean } | 'silence'): number | undefined;
  /** The share of the pieces from a place on in which the frequency is there: 0 to 1. */
  share(from: number, hz: number): number;
  /** Of each microphone that was opened: `live` or `ended`. */
  microphones(): string[];
  /** Of the newest connection. */
  connection(): RTCPeerConnection | undefined;
}

/** What the page is to listen for. */
export interface EarsOptions {
  /** Frequencies that tests ask for, Hz. */
  hz: number[];
  /** In place of the browser's microphone: one that hums, Hz. */
  voiceHz?: number;
  /** Its loudness goes up and down as a voice's does. */
  voiceWavers?: boolean;
}

declare global {
  interface Window {
    ears: EarsInPage;
  }
}

/**
 * Runs in a page before a call is made there, as text: it may use nothing from outside itself. Listens to what the
 * other end sends, without a gap, and looks which tones are in each piece of it.
 */
export function installEars({ hz, voiceHz, voiceWavers = false }: EarsOptions): void {
  /** Samples of a piece: some 20 ms. A tone is looked for in two of them, so that 60 Hz beside it is another one. */
  const PIECE = 1024;
  /** Share of the power that a tone has when it is there, and mean square of silence: as for telephones. */
  const PRESENT = 0.15;
  const SILENCE = 1e-7;
  const pieces: { silent: boolean; tones: Set<number> }[] = [];
  const microphones: MediaStreamTrack[] = [];
  /** Of the newest connection. A node that nothing in the script refers to may be collected, and is deaf then. */
  let nodes: AudioNode[] = [];
  let newest: RTCPeerConnection | undefined;
  let context: AudioContext | undefined;
  const audio = (): AudioContext => {
    context ??= new AudioContext();
    return context;
  };

  const power = (samples: Float32Array) =>
    samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const powerAt = (samples: Float32Array, frequency: number): number => {
    const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / audio().sampleRate);
    let [last, before] = [0, 0];
    for (const sample of samples) [last, before] = [sample + coefficient * last - before, last];
    return (2 * (last * last + before * before - coefficient * last * before)) / samples.length ** 2;
  };

  const listen = (track: MediaStreamTrack): void => {
    for (const node of nodes) node.disconnect();
    const source = audio().createMediaStreamSource(new MediaStream([track]));
    // Old, but there without a further file, which the page's policy would not allow.
    const taker = audio().createScriptProcessor(PIECE, 1, 1);
    const both = new Float32Array(2 * PIECE);
    taker.onaudioprocess = ({ inputBuffer }) => {
      both.copyWithin(0, PIECE);
      both.set(inputBuffer.getChannelData(0), PIECE);
      const all = power(both);
      const silent = all < SILENCE;
      const tones = silent ? [] : hz.filter((one) => powerAt(both, one) / all > PRESENT);
      pieces.push({ silent, tones: new Set(tones) });
    };
    source.connect(taker).connect(audio().destination);
    nodes = [source, taker];
    void audio().resume();
  };

  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      newest = this;
      this.addEventListener('track', ({ track }) => listen(track));
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
