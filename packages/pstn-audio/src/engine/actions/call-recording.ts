import {
  pauseCallRecording as pauseSchema,
  resumeCallRecording as resumeSchema,
  stopCallRecording as stopSchema,
} from '../../actions/recording.ts';
import { invalidParameter } from '../../failures.ts';
import type { LegRecording } from '../call.ts';
import type { CallOutput } from '../outputs.ts';
import type { ActionDefinition } from './action.ts';

/** The actions that change a recording begun by StartCallRecording. Each of them takes effect at once. */

const NOTHING_TO_DO = invalidParameter('CallId parameter for action is invalid');

function change<Schema extends typeof stopSchema | typeof pauseSchema | typeof resumeSchema>(
  schema: Schema,
  outputs: (legId: string, recording: LegRecording) => CallOutput[],
): ActionDefinition<Schema, never> {
  return {
    schema,
    defaultLeg: 'invoked',
    refuses: (_parameters, { leg }) =>
      leg.recording && leg.recording.state !== 'over'
        ? undefined
        : { ...NOTHING_TO_DO, logTexts: [`${schema.type}: this leg is not being recorded.`] },
    answers: false,
    interruptible: false,
    reports: 'last',
    whenLegEnds: 'nothing',
    start: ({ leg: { legId, recording } }) => ({
      next: 'succeeds',
      outputs: recording ? outputs(legId, recording) : [],
    }),
    on: {},
  };
}

/** Ends the recording for good; the file is delivered. DG: stop-call-recording. */
export const stopCallRecording = change(stopSchema, (legId, { recordingId }) => [
  { kind: 'StopRecording', legId, recordingId },
]);

/** The file continues with silence after a tone. Pausing again changes nothing. DG: pause-call-recording. */
export const pauseCallRecording = change(pauseSchema, (legId, { recordingId, state }) =>
  state === 'paused' ? [] : [{ kind: 'PauseRecording', legId, recordingId, paused: true }],
);

/** The file continues with sound after a short tone. DG: resume-call-recording. */
export const resumeCallRecording = change(resumeSchema, (legId, { recordingId, state }) =>
  state === 'paused' ? [{ kind: 'PauseRecording', legId, recordingId, paused: false }] : [],
);
