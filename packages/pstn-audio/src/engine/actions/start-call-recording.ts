import { startCallRecording as schema } from '../../actions/recording.ts';
import { invalidParameter } from '../../failures.ts';
import type { ActionDefinition } from './action.ts';
import { edgeFailure } from './playback.ts';
import { datePath, recordingName, splitLocation } from './recording-keys.ts';

interface Starting {
  readonly recordingId: string;
  readonly location: string;
}

/**
 * Records a leg in the background until StopCallRecording or the leg's end, at most once for each leg. The
 * file's location is reported before the file exists. DG: start-call-recording.
 */
export const startCallRecording: ActionDefinition<typeof schema, Starting> = {
  schema,
  defaultLeg: 'invoked',
  refuses: (_parameters, { leg }) =>
    leg.recording
      ? {
          ...invalidParameter('CallId parameter for action is invalid'),
          logTexts: ['StartCallRecording: this leg was recorded already; a leg can be recorded once.'],
        }
      : undefined,
  answers: false,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'nothing',
  start({ parameters, leg: { legId, startTime }, call, newName }) {
    const { bucket, prefix } = splitLocation(parameters.Destination.Location);
    const name = recordingName(startTime, call.transactionId, legId);
    const key = `${prefix}/${datePath(startTime)}/${name}`;
    const recordingId = newName('recording');
    const { Track: track } = parameters;
    return {
      next: 'waits',
      state: { recordingId, location: `${bucket}/${key}` },
      outputs: [{ kind: 'StartRecording', legId, recordingId, track, bucket, key, background: true }],
    };
  },
  on: {
    RecordingStarted: ({ state: { recordingId, location } }, input) =>
      input.recordingId === recordingId
        ? { next: 'succeeds', result: { CallRecordingDestination: { Type: 'S3', Location: location } } }
        : undefined,
    RecordingFailed: (doing, input) =>
      input.recordingId === doing.state.recordingId
        ? { next: 'fails', failure: edgeFailure(input) }
        : undefined,
  },
  /** The event carries both forms of the error: pstn-audio C-10. */
  failureKeys: ({ errorType, errorMessage }) => ({ Error: `${errorType}: ${errorMessage}` }),
};
