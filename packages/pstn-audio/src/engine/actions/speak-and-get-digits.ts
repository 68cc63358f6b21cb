import type { CheckedParameters } from '../../actions/index.ts';
import { speakAndGetDigits as schema } from '../../actions/speak.ts';
import { type Collecting, collectDigits } from '../digits/collecting.ts';
import type { ActionDefinition } from './action.ts';
import { speakText } from './speak.ts';

/** The prompts of the collection are spoken; what the second does not say of its voice is as in the first. */
const collect = collectDigits<CheckedParameters<typeof schema>>({
  main: (doing) => speakText(doing, doing.parameters.SpeechParameters),
  failure: (doing) => {
    const { SpeechParameters, FailureSpeechParameters } = doing.parameters;
    return speakText(doing, { ...SpeechParameters, ...FailureSpeechParameters });
  },
});

/** A text, then digits, with attempts and a text for failed ones. DG: speak-and-get-digits. */
export const speakAndGetDigits: ActionDefinition<typeof schema, Collecting> = {
  schema,
  defaultLeg: 'invoked',
  answers: true,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'failure',
  ...collect,
};
