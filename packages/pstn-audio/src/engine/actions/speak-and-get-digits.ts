import type { CheckedParameters } from '../../actions/index.ts';
import { speakAndGetDigits as schema } from '../../actions/speak.ts';
import { type Collecting, collectDigits } from '../digits/collecting.ts';
import type { ActionDefinition } from './action.ts';
import { speakText } from './speak.ts';

/** Collects digits with spoken prompts. Voice settings that the failure prompt lacks are those of the main prompt. */
const collect = collectDigits<CheckedParameters<typeof schema>>({
  main: (doing) => speakText(doing, doing.parameters.SpeechParameters),
  failure: (doing) => {
    const { SpeechParameters, FailureSpeechParameters } = doing.parameters;
    return speakText(doing, { ...SpeechParameters, ...FailureSpeechParameters });
  },
});

/**
 * Speaks a text and collects digits in one or more attempts, with another text after failed ones. DG:
 * speak-and-get-digits.
 */
export const speakAndGetDigits: ActionDefinition<typeof schema, Collecting> = {
  schema,
  defaultLeg: 'invoked',
  answers: true,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'failure',
  ...collect,
};
