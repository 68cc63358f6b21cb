import type { Rnnoise } from '@echogarden/rnnoise-wasm';
import { FORMS } from '#conference';
import { createConverter } from './band-converter.ts';

let loading: Promise<Rnnoise> | undefined;

/** The library is loaded on first use: most calls never need it. */
function library(): Promise<Rnnoise> {
  loading ??= import('@echogarden/rnnoise-wasm').then(({ default: load }) => load());
  return loading;
}

/** Full-band samples per narrow-band sample. */
const RATIO = FORMS.full.sampleRate / FORMS.narrow.sampleRate;
/** The smallest step of G.711 (ITU-T G.711, mu-law). An idle line holds no more than that; a voice does. */
const IDLE = 8;
/**
 * Samples without sound before the suppressor rests: more than its delay, so that no part of a voice is lost.
 * Our choice: half a second.
 */
const SAMPLES_BEFORE_REST = FORMS.narrow.sampleRate / 2;

function isSoundless(voice: Int16Array): boolean {
  for (const sample of voice) if (sample > IDLE || sample < -IDLE) return false;
  return true;
}

/**
 * Removes the noise from a telephone's voice: RNNoise (Valin, "A Hybrid DSP/Deep Learning Approach to
 * Real-Time Full-Band Speech Enhancement", 2018) as WebAssembly. It works at 48 kHz, so the voice is
 * converted there and back; in total this delays the voice by 18 ms.
 */
export class NoiseSuppressor {
  readonly #library: Rnnoise;
  readonly #state: number;
  /** Address of a frame in the library's memory. */
  readonly #frame: number;
  readonly #frameSamples: number;
  readonly #up = createConverter('narrow', 'full');
  readonly #down = createConverter('full', 'narrow');
  readonly #full = new Int16Array(FORMS.full.frameSamples);
  /** Samples since the last frame that held sound. */
  #soundless = 0;

  private constructor(rnnoise: Rnnoise) {
    this.#library = rnnoise;
    this.#state = rnnoise._rnnoise_create(0);
    this.#frameSamples = rnnoise._rnnoise_get_frame_size();
    this.#frame = rnnoise._malloc(this.#frameSamples * Float32Array.BYTES_PER_ELEMENT);
  }

  static async create(): Promise<NoiseSuppressor> {
    return new NoiseSuppressor(await library());
  }

  /** Processes the next frame of the voice in place: 10 ms, or a multiple of it. */
  process(voice: Int16Array): void {
    this.#soundless = isSoundless(voice) ? this.#soundless + voice.length : 0;
    if (this.rests) {
      voice.fill(0);
      return;
    }
    const full = this.#full.subarray(0, RATIO * voice.length);
    this.#up.convert(voice, full);
    for (let at = 0; at < full.length; at += this.#frameSamples) this.#processPart(full, at);
    this.#down.convert(full, voice);
  }

  /**
   * Whether the suppressor rests: nothing comes from the telephone, so there is no noise to remove and no
   * time is spent.
   */
  get rests(): boolean {
    return this.#soundless > SAMPLES_BEFORE_REST;
  }

  close(): void {
    this.#library._rnnoise_destroy(this.#state);
    this.#library._free(this.#frame);
    this.#up.close();
    this.#down.close();
  }

  #processPart(samples: Int16Array, at: number): void {
    const start = this.#frame / Float32Array.BYTES_PER_ELEMENT;
    const part = samples.subarray(at, at + this.#frameSamples);
    this.#library.HEAPF32.set(part, start);
    this.#library._rnnoise_process_frame(this.#state, this.#frame, this.#frame);
    const done = this.#library.HEAPF32;
    for (let i = 0; i < part.length; i++) {
      part[i] = Math.max(-32_768, Math.min(32_767, Math.round(done[start + i]!)));
    }
  }
}
