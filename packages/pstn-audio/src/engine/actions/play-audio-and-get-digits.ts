import type { CheckedParameters } from '../../actions/index.ts';
import { playAudioAndGetDigits as schema } from '../../actions/play-audio.ts';
import { type Collecting, collectDigits } from '../digits/collecting.ts';
import type { ActionDefinition } from './action.ts';
import { playFile } from './playback.ts';

/** Collects digits with files as prompts. */
const collect = collectDigits<CheckedParameters<typeof schema>>({
  main: (doing) => playFile(doing, doing.parameters.AudioSource, 1),
  failure: (doing) =>
    doing.parameters.FailureAudioSource ? playFile(doing, doing.parameters.FailureAudioSource, 1) : undefined,
});

/**
 * Plays a file and collects digits in one or more attempts, with another file after failed ones. DG:
 * play-audio-get-digits.
 */
export const playAudioAndGetDigits: ActionDefinition<typeof schema, Collecting> = {
  schema,
  defaultLeg: 'invoked',
  answers: true,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'failure',
  ...collect,
};
