import { invalidParameter } from '../failures.ts';
import {
  DEFAULT_SILENCE_THRESHOLD,
  MAX_RECORDING_PREFIX_CHARACTERS,
  SILENCE_SECONDS,
  SILENCE_THRESHOLD,
} from '../limits.ts';
import { KEY, listOf, oneOf, text, wholeNumber } from '../schema/kinds.ts';
import { defaulted, optional, required, shape } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

const valueIsInvalid = (name: string) => invalidParameter(`${name} parameter value is invalid.`);

/**
 * Records what the leg's party says in one file until something ends it. The result is always reported. DG:
 * record-audio.
 */
export const recordAudio = actionSchema({
  type: 'RecordAudio',
  fields: {
    /** Where the file is stored. */
    RecordingDestination: required(
      shape(
        {
          /** `S3` is the only supported kind of destination. */
          Type: required(oneOf('S3')),
          /** A bucket of the same account that the service may write to. */
          BucketName: required(text({ what: 'the name of a bucket' })),
          /** The beginning of the key, used unchanged; at most 979 characters. Default: empty. */
          Prefix: optional(
            text({ what: "what the object's key begins with", max: MAX_RECORDING_PREFIX_CHARACTERS }),
          ),
        },
        'an object {Type: "S3", BucketName, Prefix}',
      ),
      { failure: valueIsInvalid('RecordingDestination') },
    ),
    /** Seconds after which the recording ends; more than 0. No limit when absent (C-26). */
    DurationInSeconds: optional(wholeNumber({ min: 1, unit: 'seconds' }), {
      failure: valueIsInvalid('DurationInSeconds'),
    }),
    /** Seconds of silence that end the recording, 1 to 1000. Silence does not end it when absent (C-27). */
    SilenceDurationInSeconds: optional(wholeNumber({ ...SILENCE_SECONDS, unit: 'seconds' }), {
      failure: valueIsInvalid('SilenceDurationInSeconds'),
    }),
    /** How loud silence may be, 1 to 1000: 1 is at most 30 dB, 200 about 60 dB, 1000 about 75 dB. Default 200. */
    SilenceThreshold: defaulted(wholeNumber(SILENCE_THRESHOLD), DEFAULT_SILENCE_THRESHOLD, {
      failure: valueIsInvalid('SilenceThreshold'),
    }),
    /** Keys that end the recording. None when absent (C-25). */
    RecordingTerminators: optional(listOf(KEY, { what: 'keys' }), {
      failure: valueIsInvalid('RecordingTerminators'),
    }),
  },
});

/** `Parameters` of RecordAudio, as functions write them. */
export type RecordAudioParameters = WrittenParameters<typeof recordAudio>;
/** `Parameters` of RecordAudio, as events echo them: defaults filled in. */
export type RecordAudioEcho = EchoedParameters<typeof recordAudio>;

/** The failure that any invalid parameter of a call recording causes. DG: start-call-recording. */
const RECORDING_FAILS = { failure: invalidParameter('CallId parameter for action is invalid') };

/**
 * Starts to record a leg in the background, at most once for each leg. The result is reported at once. DG:
 * start-call-recording.
 */
export const startCallRecording = actionSchema({
  type: 'StartCallRecording',
  fields: {
    /**
     * `INCOMING`: what the leg's party says. `OUTGOING`: what it hears. `BOTH`: both, on the left and right
     * channel.
     */
    Track: required(oneOf('BOTH', 'INCOMING', 'OUTGOING'), RECORDING_FAILS),
    /** Where the file is stored. */
    Destination: required(
      shape(
        {
          /** `S3` is the only supported kind of destination. */
          Type: required(oneOf('S3')),
          /** A bucket that the service may write to, or a bucket and the beginning of the key: `bucket/prefix`. */
          Location: required(text({ what: 'a bucket, or a bucket and a prefix: bucket/prefix' })),
        },
        'an object {Type: "S3", Location}',
      ),
      RECORDING_FAILS,
    ),
  },
});

/** `Parameters` of StartCallRecording, as functions write them. */
export type StartCallRecordingParameters = WrittenParameters<typeof startCallRecording>;
/** `Parameters` of StartCallRecording, as events echo them: defaults filled in. */
export type StartCallRecordingEcho = EchoedParameters<typeof startCallRecording>;

/** Ends a leg's recording for good, and stores the file. DG: stop-call-recording. */
export const stopCallRecording = actionSchema({ type: 'StopCallRecording', fields: {} });
/** Pauses a leg's recording, which continues with silence; a tone marks the place. DG: pause-call-recording. */
export const pauseCallRecording = actionSchema({ type: 'PauseCallRecording', fields: {} });
/** Resumes a leg's recording; a short tone marks the place. DG: resume-call-recording. */
export const resumeCallRecording = actionSchema({ type: 'ResumeCallRecording', fields: {} });

/** `Parameters` of StopCallRecording, PauseCallRecording and ResumeCallRecording, as functions write them. */
export type CallRecordingParameters = WrittenParameters<typeof stopCallRecording>;
/** `Parameters` of the same actions, as events echo them. */
export type CallRecordingEcho = EchoedParameters<typeof stopCallRecording>;
