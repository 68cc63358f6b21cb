import type { ActionErrorType } from 'pstn-audio';
import type { StartRecording } from 'pstn-audio/engine';
import type { MediaEdge, RecordRequest } from '#media-edge';
import type { Ids, Log } from '#platform';
import { RecordingFile, type RecordingPlace } from './recording-file.ts';

/** The S3 operations that recordings need. The service writes as its own principal, under the bucket's policy. */
export interface RecordingStore {
  /** The reason why the service may not write there, as text; undefined if it may. */
  objection(bucket: string, key: string): string | undefined;
  /** @throws if the object cannot be stored. */
  putFile(
    place: { bucket: string; key: string },
    file: string,
    about: { contentType: string; metadata: Record<string, string> },
  ): Promise<void>;
}

/** The outcome of a recording. */
export type RecordingOutcome = 'stored' | 'silence' | { errorType: ActionErrorType; message: string };

export interface RecordingParts {
  /** Folder in which recordings are kept until they are in their bucket. */
  folder: string;
  media: Pick<MediaEdge, 'record' | 'pauseRecording' | 'stopRecording'>;
  store: RecordingStore;
  ids: Ids;
  log: Log;
}

/** What is to be recorded, and who is told the outcome. */
export interface RecordingOrder {
  output: StartRecording;
  transactionId: string;
  /** The telephone's leg whose audio is recorded. */
  mediaLeg: string;
  /** Set if that leg is the other side of the recorded leg: what it says is what the recorded leg hears. */
  swapped: boolean;
  report(outcome: RecordingOutcome): void;
}

interface Ongoing {
  order: RecordingOrder;
  mediaLeg: string;
  /** Completes when all disk operations so far are done; they run one after the other. */
  work: Promise<void>;
  file: RecordingFile | undefined;
  waitingBytes: number;
  /** Set if the disk has failed; the rest is not written. */
  failed: boolean;
  /**
   * Set once the media thread has been told to end the recording, or ends it with its leg. The last samples
   * are on their way.
   */
  ending: boolean;
  /** Resolved by `end` once the last samples have arrived. */
  ended: Promise<void>;
  end(): void;
}

const WAV = 'audio/wav';
/** Maximum bytes of samples that may wait for a slow disk in each recording: two minutes in stereo. Ours. */
export const MAX_WAITING_BYTES = 4 * 1024 * 1024;

const NOT_STORED: RecordingOutcome = {
  errorType: 'InvalidActionParameter',
  message: 'Error occurred while uploading recording to S3 bucket.',
};
const NO_ACCESS: RecordingOutcome = {
  errorType: 'NoAccessToDestination',
  message: 'Error while accessing destination',
};

/** The channels of each track. The voice of the recorded leg's party is on the left. */
const CHANNELS = { INCOMING: ['said'], OUTGOING: ['heard'], BOTH: ['said', 'heard'] } as const;
const OTHER_SIDE = { said: 'heard', heard: 'said' } as const;

/**
 * Recordings of calls. The media thread delivers samples in batches, which go to disk at once; when a
 * recording ends, it is stored as one object in its bucket.
 */
export class Recordings {
  readonly #parts: RecordingParts;
  /** Recordings in progress, by the id that the media thread uses. */
  readonly #ongoing = new Map<string, Ongoing>();
  /** Recordings that are being stored. */
  readonly #storing = new Set<Promise<void>>();

  constructor(parts: RecordingParts) {
    this.#parts = parts;
  }

  /** Starts a recording; returns the failure, or undefined if it has started. */
  start(order: RecordingOrder): RecordingOutcome | undefined {
    const { output, mediaLeg, swapped } = order;
    const { bucket, key } = output;
    if (output.background) {
      const objection = this.#parts.store.objection(bucket, key);
      if (objection) {
        this.#parts.log.warn(`Not recorded to s3://${bucket}/${key}: ${objection}`);
        return NO_ACCESS;
      }
    }
    const sides: readonly ('said' | 'heard')[] = CHANNELS[output.track];
    const channels = swapped ? sides.map((side) => OTHER_SIDE[side]) : sides;
    const id = idOf(output);
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const ongoing: Ongoing = {
      order,
      mediaLeg,
      work: Promise.resolve(),
      file: undefined,
      waitingBytes: 0,
      failed: false,
      ending: false,
      ended,
      end,
    };
    this.#ongoing.set(id, ongoing);
    this.#create(ongoing, channels.length === 2 ? 2 : 1);
    const request: RecordRequest = {
      recordingId: id,
      channels,
      ...(output.silence ? { silence: output.silence } : {}),
    };
    this.#parts.media.record(mediaLeg, request);
    return undefined;
  }

  stop(recording: { legId: string; recordingId: string }): void {
    const id = idOf(recording);
    const ongoing = this.#ongoing.get(id);
    if (ongoing) this.#stop(id, ongoing);
  }

  #stop(id: string, ongoing: Ongoing): void {
    ongoing.ending = true;
    this.#parts.media.stopRecording(ongoing.mediaLeg, id);
  }

  setPaused(recording: { legId: string; recordingId: string }, paused: boolean): void {
    const id = idOf(recording);
    const ongoing = this.#ongoing.get(id);
    if (ongoing) this.#parts.media.pauseRecording(ongoing.mediaLeg, id, paused);
  }

  /** Ends the recordings of a leg. The media thread ends those of a telephone's own audio together with the leg. */
  legEnded(legId: string): void {
    for (const [id, ongoing] of this.#ongoing) {
      if (ongoing.mediaLeg === legId) ongoing.ending = true;
      else if (ongoing.order.output.legId === legId) this.#stop(id, ongoing);
    }
  }

  /** Takes samples from the media thread. */
  recorded(id: string, samples: Int16Array, last: boolean): void {
    const ongoing = this.#ongoing.get(id);
    if (!ongoing) return;
    if (samples.length > 0) this.#append(ongoing, samples);
    if (last) this.#finish(id, ongoing);
  }

  /** The media thread reports that silence was detected. */
  silence(id: string): void {
    this.#ongoing.get(id)?.order.report('silence');
  }

  /** The media thread has died, so each recording ends with what has been received. */
  everythingLost(): void {
    for (const [id, ongoing] of [...this.#ongoing]) this.#finish(id, ongoing);
  }

  /** Stores the recordings that a previous process left, and logs it. */
  async storeLeft(): Promise<void> {
    for (const file of await RecordingFile.left(this.#parts.folder)) {
      const { bucket, key } = file.place;
      const seconds = (file.durationMs / 1_000).toFixed(1);
      if ((await this.#store(file)) === 'stored') {
        this.#parts.log.info(
          `A recording that was cut off has been stored with the ${seconds} s that there are of it: s3://${bucket}/${key}.`,
        );
      }
    }
  }

  /** Milliseconds on disk of all recordings in progress together. */
  get writtenMs(): number {
    let ms = 0;
    for (const { file } of this.#ongoing.values()) ms += file?.durationMs ?? 0;
    return ms;
  }

  /** Resolves when every recording that has been stopped, or whose leg has ended, is stored. */
  async settled(): Promise<void> {
    for (;;) {
      const ending = [...this.#ongoing.values()].filter((ongoing) => ongoing.ending);
      if (ending.length === 0 && this.#storing.size === 0) return;
      await Promise.all([...ending.map(({ ended }) => ended), ...this.#storing]);
    }
  }

  #create(ongoing: Ongoing, channels: 1 | 2): void {
    const { output, transactionId } = ongoing.order;
    const { bucket, key, legId } = output;
    const place: RecordingPlace = { bucket, key, channels, transactionId, legId };
    this.#next(ongoing, async () => {
      ongoing.file = await RecordingFile.create(this.#parts.folder, this.#parts.ids.hex(8), place);
    });
  }

  #append(ongoing: Ongoing, samples: Int16Array): void {
    if (ongoing.failed) return;
    ongoing.waitingBytes += samples.byteLength;
    if (ongoing.waitingBytes > MAX_WAITING_BYTES) {
      this.#fail(ongoing, new Error('the disk is too slow'));
      return;
    }
    this.#next(ongoing, async () => {
      await ongoing.file?.append(samples);
      ongoing.waitingBytes -= samples.byteLength;
    });
  }

  #next(ongoing: Ongoing, work: () => Promise<void>): void {
    ongoing.work = ongoing.work.then(async () => {
      if (!ongoing.failed) await work();
    });
    ongoing.work = ongoing.work.catch((error: Error) => this.#fail(ongoing, error));
  }

  #fail(ongoing: Ongoing, error: Error): void {
    if (ongoing.failed) return;
    ongoing.failed = true;
    const { bucket, key } = ongoing.order.output;
    this.#parts.log.error(
      `The recording s3://${bucket}/${key} cannot be written (${error.message}): it ends here, the call goes on.`,
    );
  }

  #finish(id: string, ongoing: Ongoing): void {
    this.#ongoing.delete(id);
    ongoing.end();
    const { order } = ongoing;
    const storing = ongoing.work
      .then(async () => (ongoing.file ? this.#store(ongoing.file) : NOT_STORED))
      .then((outcome) => {
        this.#storing.delete(storing);
        order.report(outcome);
      });
    this.#storing.add(storing);
  }

  async #store(file: RecordingFile): Promise<RecordingOutcome> {
    const { bucket, key, transactionId, legId } = file.place;
    const { store, log } = this.#parts;
    try {
      const objection = store.objection(bucket, key);
      if (objection) {
        log.warn(`The recording s3://${bucket}/${key} is lost: ${objection}`);
        await file.remove();
        return NOT_STORED;
      }
      await file.complete();
      const metadata = {
        'transaction-id': transactionId,
        'call-id': legId,
        'recording-duration': String(Number((file.durationMs / 1_000).toFixed(3))),
        'recording-audio-file-format': WAV,
      };
      await store.putFile({ bucket, key }, file.wav, { contentType: WAV, metadata });
      await file.remove();
      return 'stored';
    } catch (error) {
      log.error(
        `The recording s3://${bucket}/${key} could not be stored: ${(error as Error).message}. It is kept in ${file.wav}; the next start tries again.`,
      );
      return NOT_STORED;
    }
  }
}

/** An id that is unique among all calls; `recordingId` is unique only within its call. */
function idOf({ legId, recordingId }: { legId: string; recordingId: string }): string {
  return `${legId} ${recordingId}`;
}
