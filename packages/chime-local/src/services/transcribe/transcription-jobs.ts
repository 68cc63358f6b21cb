/**
 * Transcription jobs. Speech is not recognised here; instead, a text file next to the recording supplies the
 * transcript. Amazon Transcribe developer guide, "Transcribing with batch".
 */
import type { Clock, Collection, Journal, Log } from '#platform';
import { ApiError } from '../rest/api-error.ts';

/** Duration of a job in milliseconds. Ours: the service takes longer. */
const JOB_MS = 1000;
/** The transcript for all recordings of a folder, for recordings whose names are not known in advance. */
const FOLDER_TEXT = 'transcript.txt';
/** Assumed duration of a word in seconds. Ours. */
const WORD_SECONDS = 0.4;

export interface TranscriptionJob {
  name: string;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  /** The URI as given in the request. */
  mediaUri: string;
  languageCode: string;
  mediaFormat: string;
  outputBucket?: string | undefined;
  outputKey?: string | undefined;
  /** Milliseconds since the epoch. */
  createdAt: number;
  completedAt?: number;
  failureReason?: string;
}

/** What the jobs need from S3 and EventBridge. */
export interface TranscriptionParts {
  journal: Journal;
  clock: Clock;
  log: Pick<Log, 'info' | 'warn'>;
  accountId: string;
  region: string;
  s3: {
    read(bucket: string, key: string): Promise<{ body: Buffer } | undefined>;
    head(bucket: string, key: string): object | undefined;
    put(bucket: string, key: string, body: Uint8Array, about: { contentType: string }): Promise<unknown>;
    createBucket(name: string): Promise<void>;
    bucketNames(): string[];
  };
  tell(event: { source: string; 'detail-type': string; detail: object }): void;
}

export class TranscriptionJobs {
  readonly #parts: TranscriptionParts;
  readonly #jobs: Collection<TranscriptionJob>;
  readonly #cancels = new Set<() => void>();

  constructor(parts: TranscriptionParts) {
    this.#parts = parts;
    this.#jobs = parts.journal.collection('transcription-jobs');
    for (const job of this.#jobs.values()) if (job.status === 'IN_PROGRESS') this.#finishLater(job);
  }

  /** The bucket of results if the request names none. */
  get ownBucket(): string {
    return `aws-transcribe-${this.#parts.region}-prod`;
  }

  /** Starts a job. @throws ApiError */
  start(given: Omit<TranscriptionJob, 'status' | 'createdAt'>): TranscriptionJob {
    if (this.#jobs.has(given.name)) {
      const message = 'The requested job name already exists. Use a different job name.';
      throw new ApiError(400, 'ConflictException', message);
    }
    const media = objectOf(given.mediaUri);
    if (!media || !this.#parts.s3.head(media.bucket, media.key)) {
      const message = `The S3 URI that you provided can't be accessed: ${given.mediaUri}`;
      throw new ApiError(400, 'BadRequestException', message);
    }
    const job: TranscriptionJob = { ...given, status: 'IN_PROGRESS', createdAt: this.#parts.clock.now() };
    this.#jobs.set(job.name, job);
    this.#finishLater(job);
    return job;
  }

  find(name: string): TranscriptionJob | undefined {
    return this.#jobs.get(name);
  }

  /** The jobs, newest first. */
  list(): TranscriptionJob[] {
    return this.#jobs.values().sort((one, other) => other.createdAt - one.createdAt);
  }

  delete(name: string): void {
    this.#jobs.delete(name);
  }

  /** Where the result of a job is or will be stored. */
  resultOf({ name, outputBucket, outputKey = '' }: TranscriptionJob): { bucket: string; key: string } {
    const key = outputKey === '' || outputKey.endsWith('/') ? `${outputKey}${name}.json` : outputKey;
    return { bucket: outputBucket ?? this.ownBucket, key };
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
  }

  #finishLater(job: TranscriptionJob): void {
    const cancel = this.#parts.clock.after(JOB_MS, () => {
      this.#cancels.delete(cancel);
      void this.#finish(job);
    });
    this.#cancels.add(cancel);
  }

  async #finish(job: TranscriptionJob): Promise<void> {
    const { clock, s3, accountId, tell, log } = this.#parts;
    const done: TranscriptionJob = { ...job, status: 'COMPLETED', completedAt: clock.now() };
    try {
      const text = await this.#textFor(job);
      const { bucket, key } = this.resultOf(job);
      if (bucket === this.ownBucket && !s3.bucketNames().includes(bucket)) await s3.createBucket(bucket);
      const body = Buffer.from(JSON.stringify(resultDocument(job.name, accountId, text)));
      await s3.put(bucket, key, body, { contentType: 'application/json' });
    } catch (error) {
      Object.assign(done, { status: 'FAILED', failureReason: (error as Error).message });
      log.warn(`The transcription job ${job.name} has failed: ${(error as Error).message}`);
    }
    if (!this.#jobs.has(job.name)) return;
    this.#jobs.set(job.name, done);
    tell({
      source: 'aws.transcribe',
      'detail-type': 'Transcribe Job State Change',
      detail: { TranscriptionJobName: job.name, TranscriptionJobStatus: done.status },
    });
  }

  /** The text for a recording: named like the recording, or else in its folder or a parent folder. */
  async #textFor({ name, mediaUri }: TranscriptionJob): Promise<string> {
    const { bucket = '', key = '' } = objectOf(mediaUri) ?? {};
    const folders = key.split('/').slice(0, -1);
    const above = folders.map((_folder, index) => folders.slice(0, folders.length - index).join('/'));
    const keys = [
      `${key}.txt`,
      key.replace(/\.[^./]+$/, '.txt'),
      ...above.map((one) => `${one}/${FOLDER_TEXT}`),
    ];
    for (const candidate of [...keys, FOLDER_TEXT]) {
      const found = await this.#parts.s3.read(bucket, candidate);
      if (found) return found.body.toString('utf8').trim();
    }
    this.#parts.log.info(
      `The transcription job ${name} has heard nothing: put what was said into ${key}.txt or ${FOLDER_TEXT} of the bucket ${bucket}.`,
    );
    return '';
  }
}

/** Parses `s3://bucket/key` and the two https forms. */
function objectOf(uri: string): { bucket: string; key: string } | undefined {
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  const path = /^https?:\/\/s3[.-][a-z0-9-]*\.?amazonaws\.com\/([^/]+)\/(.+)$/.exec(uri);
  const host = /^https?:\/\/([a-z0-9.-]+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com\/(.+)$/.exec(uri);
  const [, bucket, key] = s3 ?? path ?? host ?? [];
  return bucket && key ? { bucket, key: s3 ? key : decodeURIComponent(key) } : undefined;
}

/** The result of a job. Developer guide, "Transcription output". */
function resultDocument(jobName: string, accountId: string, transcript: string): object {
  const words = transcript.split(/\s+/).filter((word) => word !== '');
  const items = words.map((content, index) => ({
    id: index,
    type: 'pronunciation',
    alternatives: [{ confidence: '1.0', content }],
    start_time: (index * WORD_SECONDS).toFixed(2),
    end_time: ((index + 1) * WORD_SECONDS).toFixed(2),
  }));
  return { jobName, accountId, status: 'COMPLETED', results: { transcripts: [{ transcript }], items } };
}
