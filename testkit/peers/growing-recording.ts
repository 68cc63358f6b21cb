import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

/** Bytes before the samples in libsndfile's WAV files. */
const WAV_HEADER = 44;
/** Bytes of a sample, and samples of 20 ms at 8 kHz, the content of one packet. */
const SAMPLE = 2;
const PACKET = 160;
const SAMPLES_PER_MS = 8;
/** Bytes read at a time. */
const CHUNK = 32_768;

/** What a program hears, read from the recording while the program writes it: 8 kHz, mono, 16 bit. */
export class GrowingRecording {
  readonly #folder: string;
  readonly #isIt: (file: string) => boolean;
  #file: number | undefined;
  #bytes = Buffer.alloc(CHUNK);
  #length = 0;

  /** `isIt` recognises the recording's file, which is opened as soon as it exists. */
  constructor(folder: string, isIt: (file: string) => boolean) {
    this.#folder = folder;
    this.#isIt = isIt;
  }

  /** The length of everything heard so far, counted in packets like a telephone's. */
  get heard(): { length: number } {
    this.#read();
    return { length: Math.floor(this.#length / SAMPLE / PACKET) };
  }

  /** The sound before a packet, at most that many milliseconds of it. */
  heardUpTo(packet: number, ms: number): Int16Array {
    return this.#samplesUpTo(packet * PACKET, ms);
  }

  /** The newest sound, at most that many milliseconds of it. */
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

  /** Reads what was written since the last call. */
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
