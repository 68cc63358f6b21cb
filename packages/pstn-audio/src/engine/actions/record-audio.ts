import type { CheckedParameters } from '../../actions/index.ts';
import { recordAudio as schema } from '../../actions/recording.ts';
import type { ActionDefinition, Doing, Progress } from './action.ts';
import { edgeFailure } from './playback.ts';
import { datePath, recordingName } from './recording-keys.ts';

interface Recording {
  readonly recordingId: string;
  readonly key: string;
  /** The telephone key that ended the recording. */
  readonly terminator: string | null;
  /** True if recording has ended and the file is being stored. */
  readonly over: boolean;
}

type RecordAudio = Doing<CheckedParameters<typeof schema>, Recording>;

/**
 * Records what the leg's party says until a key, silence, a time limit, an update or the leg's end ends it.
 * The file is in the bucket when the action reports. DG: record-audio.
 */
export const recordAudio: ActionDefinition<typeof schema, Recording> = {
  schema,
  defaultLeg: 'invoked',
  answers: true,
  interruptible: true,
  reports: 'atOnce',
  whenLegEnds: 'itself',
  start({ parameters, leg, call, now, newName }) {
    const { RecordingDestination, DurationInSeconds, SilenceDurationInSeconds, SilenceThreshold } =
      parameters;
    const { BucketName, Prefix = '' } = RecordingDestination;
    const { legId } = leg;
    const recordingId = newName('recording');
    const key = `${Prefix}${datePath(now)}/${recordingName(now, call.transactionId, legId)}`;
    const silence = SilenceDurationInSeconds && {
      ms: SilenceDurationInSeconds * 1000,
      threshold: SilenceThreshold,
    };
    return {
      next: 'waits',
      state: { recordingId, key, terminator: null, over: false },
      ...(DurationInSeconds ? { deadline: now + DurationInSeconds * 1000 } : {}),
      outputs: [
        {
          kind: 'StartRecording',
          legId,
          recordingId,
          track: 'INCOMING',
          bucket: BucketName,
          key,
          background: false,
          ...(silence ? { silence } : {}),
        },
      ],
    };
  },
  on: {
    TimeReached: (doing) => finish(doing),
    SilenceHeard: (doing, { recordingId }) =>
      recordingId === doing.state.recordingId && !doing.state.over ? finish(doing) : undefined,
    /** A terminator is consumed; other keys go to the leg's listener. */
    DigitPressed: (doing, { digit }) =>
      doing.parameters.RecordingTerminators?.includes(digit) && !doing.state.over
        ? finish(doing, digit)
        : undefined,
    /** What was recorded before the end of the leg is being stored. */
    LegEnded: ({ state }) => ({ next: 'waits', state: { ...state, over: true } }),
    RecordingStored: (doing, { recordingId }) =>
      recordingId === doing.state.recordingId ? { next: 'succeeds', result: resultOf(doing) } : undefined,
    RecordingFailed: (doing, input) =>
      input.recordingId === doing.state.recordingId
        ? { next: 'fails', failure: edgeFailure(input) }
        : undefined,
  },
  stop: ({ state, leg: { legId } }) =>
    state.over ? [] : [{ kind: 'StopRecording', legId, recordingId: state.recordingId }],
};

function finish(
  { state, leg: { legId } }: RecordAudio,
  terminator: string | null = null,
): Progress<Recording> {
  const { recordingId } = state;
  return {
    next: 'waits',
    state: { ...state, terminator, over: true },
    outputs: [{ kind: 'StopRecording', legId, recordingId }],
  };
}

function resultOf({ parameters, state: { key, terminator } }: RecordAudio): Record<string, unknown> {
  const { BucketName } = parameters.RecordingDestination;
  return {
    RecordingDestination: { Type: 'S3', BucketName, Key: key },
    ...(terminator === null ? {} : { RecordingTerminatorUsed: terminator }),
  };
}
