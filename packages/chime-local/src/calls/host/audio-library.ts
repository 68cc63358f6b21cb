import { MAX_AUDIO_FILE_BYTES } from 'pstn-audio';
import type { PlayAudio, SpeakText } from 'pstn-audio/engine';
import { parseWav, resampleInSteps, ringingTone, TELEPHONE_RATE } from '#audio';
import type { MediaEdge } from '#media-edge';
import { inTurns, type Log } from '#platform';
import type { Speech } from '#speech';
import type { ServiceFailure } from './output-carrier.ts';

/** Maximum bytes of decoded audio kept in the media edge; the least recently played goes first. */
const MAX_READY_BYTES = 64 * 1024 * 1024;
/** Bytes of a 16-bit sample. */
const SAMPLE_BYTES = 2;

const RINGING_ID = 'ringing';

const NO_ACCESS: ServiceFailure = {
  errorType: 'InvalidAudioSource',
  message: 'Cannot access S3 bucket or audio file.',
};
const BAD_FILE: ServiceFailure = {
  errorType: 'InvalidAudioSource',
  message: 'Audio Source parameter value is invalid.',
};

/** The operations on S3 objects that the library needs. */
export interface AudioObjects {
  /** A text that changes with the object's content; undefined if the object does not exist or may not be read. */
  version(bucket: string, key: string): string | undefined;
  read(bucket: string, key: string): Promise<Buffer | undefined>;
}

/** Prompts and spoken texts, each decoded once and kept ready in the media edge. */
export class AudioLibrary {
  readonly #media: Pick<MediaEdge, 'loadAudio' | 'dropAudio'>;
  readonly #objects: AudioObjects;
  readonly #speech: Speech;
  readonly #log: Log;
  /** Bytes by audio id, least recently used first. */
  readonly #ready = new Map<string, number>();
  #readyBytes = 0;

  constructor(parts: {
    media: Pick<MediaEdge, 'loadAudio' | 'dropAudio'>;
    objects: AudioObjects;
    speech: Speech;
    log: Log;
  }) {
    this.#media = parts.media;
    this.#objects = parts.objects;
    this.#speech = parts.speech;
    this.#log = parts.log;
  }

  /** The media edge has lost all loaded audio. */
  forgetLoaded(): void {
    this.#ready.clear();
    this.#readyBytes = 0;
  }

  /** Returns the audio id synchronously if the file is ready, so that an update is answered in one step. */
  file({ source }: PlayAudio): string | Promise<string | ServiceFailure> {
    const version = this.#objects.version(source.BucketName, source.Key);
    if (version === undefined) {
      this.#log.warn(
        `s3://${source.BucketName}/${source.Key} cannot be played: it is not there or the bucket's policy does not let the service read it.`,
      );
      return Promise.resolve(NO_ACCESS);
    }
    const audioId = `file ${source.BucketName}/${source.Key} ${version}`;
    return this.#touch(audioId) ? audioId : this.#loadFile(audioId, source.BucketName, source.Key);
  }

  speech(output: SpeakText): string | Promise<string | ServiceFailure> {
    const { text, textType, voiceId } = output;
    const audioId = `speech ${JSON.stringify([text, textType, voiceId])}`;
    return this.#touch(audioId) ? audioId : this.#speak(audioId, output);
  }

  /** Loaded each time, because the media thread may have been restarted. */
  ringing(): string {
    this.#media.loadAudio(RINGING_ID, ringingTone(TELEPHONE_RATE));
    return RINGING_ID;
  }

  lengthMs(audioId: string): number | undefined {
    const bytes = this.#ready.get(audioId);
    return bytes === undefined ? undefined : ((bytes / SAMPLE_BYTES) * 1000) / TELEPHONE_RATE;
  }

  async #loadFile(audioId: string, bucket: string, key: string): Promise<string | ServiceFailure> {
    const body = await this.#objects.read(bucket, key);
    if (!body) return NO_ACCESS;
    if (body.length > MAX_AUDIO_FILE_BYTES) {
      this.#log.warn(
        `s3://${bucket}/${key} has ${body.length} bytes; at most ${MAX_AUDIO_FILE_BYTES} can be played.`,
      );
      return BAD_FILE;
    }
    try {
      const wav = parseWav(body);
      const samples =
        wav.sampleRate === TELEPHONE_RATE
          ? wav.samples
          : await inTurns(resampleInSteps(wav.samples, wav.sampleRate, TELEPHONE_RATE));
      this.#load(audioId, samples);
      return audioId;
    } catch (error) {
      this.#log.warn(`s3://${bucket}/${key} is no PCM WAV file: ${(error as Error).message}`);
      return BAD_FILE;
    }
  }

  async #speak(audioId: string, { text, textType, voiceId }: SpeakText): Promise<string | ServiceFailure> {
    try {
      this.#load(audioId, await this.#speech.synthesize({ text, textType, voiceId }));
      return audioId;
    } catch (error) {
      return { errorType: 'InvalidActionParameter', message: (error as Error).message };
    }
  }

  #touch(audioId: string): boolean {
    const bytes = this.#ready.get(audioId);
    if (bytes === undefined) return false;
    this.#ready.delete(audioId);
    this.#ready.set(audioId, bytes);
    return true;
  }

  #load(audioId: string, samples: Int16Array): void {
    if (this.#touch(audioId)) return;
    const bytes = samples.length * SAMPLE_BYTES;
    this.#media.loadAudio(audioId, samples);
    this.#ready.set(audioId, bytes);
    this.#readyBytes += bytes;
    for (const [oldest, size] of this.#ready) {
      if (this.#readyBytes <= MAX_READY_BYTES || oldest === audioId) break;
      this.#ready.delete(oldest);
      this.#readyBytes -= size;
      this.#media.dropAudio(oldest);
    }
  }
}
