import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

/** Bytes before the samples in a WAV file of libsndfile. */
const WAV_HEADER = 44;
/** Bytes of a sample, and samples of 20 ms at 8 kHz: what a packet would bring. */
const SAMPLE = 2;
const PACKET = 160;
const SAMPLES_PER_MS = 8;
/** Bytes that are read at once. */
const CHUNK = 32_768;

/** What a program hears, out of the recording that it makes meanwhile: 8 kHz, mono, 16 bit. */
export class GrowingRecording {
  readonly #folder: string;
  readonly #isIt: (file: string) => boolean;
  #file: number | undefined;
  #bytes = Buffer.alloc(CHUNK);
  #length = 0;

  /** The recording is the file that fits, as soon as there is one. */
  constructor(folder: string, isIt: (file: string) => boolean) {
    this.#folder = folder;
    this.#isIt = isIt;
  }

  /** All that was heard so far, counted as a telephone's packets are. */
  get heard(): { length: number } {
    this.#read();
    return { length: Math.floor(this.#length / SAMPLE / PACKET) };
  }

  /** The sound up to a packet, at most that many milliseconds of it. */
  heardUpTo(packet: number, ms: number): Int16Array {
    return this.#samplesUpTo(packet * PACKET, ms);
  }

  /** The newest sound. */
  lastHeard(ms: number): Int16Array {
    this.#read();
    return this.#samplesUpTo(Math.floor(this.#length / SAMPLE), ms);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #samplesUpTo(end: number, ms: number): Int16Array {
    const begin = Math.max(0, end - ms * SAMPLES_PER_MS);
    return Int16Array.from({ length: end - begin }, (_, i) => this.#bytes.readInt16LE((begin + i) * SAMPLE));
  }

  /** Reads what has been written since the last look. */
  #read(): void {
    const name = this.#file === undefined && readdirSync(this.#folder).find(this.#isIt);
    if (name) this.#file = openSync(path.join(this.#folder, name), 'r');
    if (this.#file === undefined) return;
    for (;;) {
      if (this.#bytes.length - this.#length < CHUNK)
        this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
      const read = readSync(this.#file, this.#bytes, this.#length, CHUNK, WAV_HEADER + this.#length);
      if (read === 0) return;
      this.#length += read;
    }
  }
}
