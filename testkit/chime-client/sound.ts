import type { Microphone } from './page-contract.ts';

const FFT_SIZE = 8192;
/** Frequency and depth of the changes in loudness, about as in speech. */
const WAVER_HZ = 1.3;
const LOUDNESS = 0.3;

let context: AudioContext | undefined;
let heard: { stream: MediaProvider; analyser: AnalyserNode } | undefined;

function audio(): AudioContext {
  context ??= new AudioContext();
  return context;
}

/** The stream of a pretended microphone. */
export function microphoneStream(microphone: Exclude<Microphone, 'none'>): MediaStream {
  const out = audio().createMediaStreamDestination();
  const tone = new OscillatorNode(audio(), { frequency: microphone.hz });
  const gain = new GainNode(audio(), { gain: LOUDNESS });
  if (microphone.wavering) {
    const waver = new OscillatorNode(audio(), { frequency: WAVER_HZ });
    const depth = new GainNode(audio(), { gain: LOUDNESS * 0.9 });
    waver.connect(depth).connect(gain.gain);
    waver.start();
  }
  tone.connect(gain).connect(out);
  tone.start();
  return out.stream;
}

/** The level of each frequency in what the element plays, dB. */
export function levelsIn(element: HTMLAudioElement, frequencies: number[]): number[] {
  const stream = element.srcObject;
  if (!(stream instanceof MediaStream) || stream.getAudioTracks().length === 0)
    return frequencies.map(() => Number.NEGATIVE_INFINITY);
  if (heard?.stream !== stream) {
    const analyser = new AnalyserNode(audio(), { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    audio().createMediaStreamSource(stream).connect(analyser);
    heard = { stream, analyser };
  }
  const { analyser } = heard;
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  return frequencies.map((hz) => {
    const bin = Math.round((hz * FFT_SIZE) / audio().sampleRate);
    return Math.max(...bins.slice(bin - 1, bin + 2));
  });
}
