import { type FileHandle, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TELEPHONE_RATE, WAV_HEADER_BYTES, wavHeader } from '#audio';

const SAMPLE_BYTES = 2;

/** The destination of a recording and the metadata stored with it. */
export interface RecordingPlace {
  bucket: string;
  key: string;
  channels: 1 | 2;
  transactionId: string;
  legId: string;
}

/**
 * A recording in progress, kept on disk from its first samples in two files of the same name: `.json` for its
 * destination and `.wav`. A process that is killed leaves them behind, and the next one stores them.
 */
export class RecordingFile {
  readonly place: RecordingPlace;
  readonly wav: string;
  readonly #json: string;
  #file: FileHandle | undefined;
  #dataBytes: number;

  private constructor(folder: string, name: string, place: RecordingPlace, dataBytes: number) {
    this.place = place;
    this.wav = path.join(folder, `${name}.wav`);
    this.#json = path.join(folder, `${name}.json`);
    this.#dataBytes = dataBytes;
  }

  /** @throws if the disk does not accept it. */
  static async create(folder: string, name: string, place: RecordingPlace): Promise<RecordingFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const recording = new RecordingFile(folder, name, place, 0);
    await writeFile(recording.#json, JSON.stringify(place));
    recording.#file = await open(recording.wav, 'w');
    try {
      await recording.#file.write(recording.#header());
    } catch (error) {
      await recording.#file.close();
      throw error;
    }
    return recording;
  }

  /** The recordings that a previous process left in the folder. Files that cannot be read are removed. */
  static async left(folder: string): Promise<RecordingFile[]> {
    const names = await readdir(folder).catch(() => []);
    const found = names
      .filter((name) => name.endsWith('.json'))
      .map((name) => readLeft(folder, name.slice(0, -'.json'.length)));
    return (await Promise.all(found)).flatMap((recording) => recording ?? []);

    async function readLeft(folder: string, name: string): Promise<RecordingFile | undefined> {
      try {
        const place = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as RecordingPlace;
        const { size } = await stat(path.join(folder, `${name}.wav`));
        const block = SAMPLE_BYTES * place.channels;
        const dataBytes = Math.floor(Math.max(0, size - WAV_HEADER_BYTES) / block) * block;
        return new RecordingFile(folder, name, place, dataBytes);
      } catch {
        for (const ending of ['json', 'wav'])
          await rm(path.join(folder, `${name}.${ending}`), { force: true });
        return undefined;
      }
    }
  }

  /** The recorded duration in milliseconds. */
  get durationMs(): number {
    return (this.#dataBytes / (SAMPLE_BYTES * this.place.channels) / TELEPHONE_RATE) * 1_000;
  }

  /** @throws if the disk does not accept them. */
  async append(samples: Int16Array): Promise<void> {
    const bytes = littleEndian(samples);
    await this.#file?.write(bytes, 0, bytes.length, WAV_HEADER_BYTES + this.#dataBytes);
    this.#dataBytes += bytes.length;
  }

  /** Completes the file by writing the final length into its header. */
  async complete(): Promise<void> {
    this.#file ??= await open(this.wav, 'r+');
    const file = this.#file;
    try {
      await file.write(this.#header(), 0, WAV_HEADER_BYTES, 0);
      await file.truncate(WAV_HEADER_BYTES + this.#dataBytes);
    } finally {
      this.#file = undefined;
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await rm(this.wav, { force: true });
    await rm(this.#json, { force: true });
  }

  #header(): Uint8Array {
    return wavHeader({
      sampleRate: TELEPHONE_RATE,
      channels: this.place.channels,
      dataBytes: this.#dataBytes,
    });
  }
}

/** The samples in the little-endian order of a WAV file, whatever the machine's order is. */
function littleEndian(samples: Int16Array): Buffer {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? bytes : Buffer.from(bytes).swap16();
}
