import type { CheckedParameters } from '../../actions/index.ts';
import { speak as schema } from '../../actions/speak.ts';
import type { SpeakText } from '../outputs.ts';
import type { ActionDefinition, Doing } from './action.ts';
import { type Playing, stopPlaying, whenFailed, whenFinished } from './playback.ts';

/** Speaks a text to one leg. DG: speak. */
export const speak: ActionDefinition<typeof schema, Playing> = {
  schema,
  defaultLeg: 'invoked',
  answers: true,
  interruptible: true,
  reports: 'last',
  whenLegEnds: 'nothing',
  start(doing) {
    const speech = speakText(doing, doing.parameters);
    return { next: 'waits', state: { playId: speech.playId }, outputs: [speech] };
  },
  on: { PlaybackFinished: whenFinished, PlaybackFailed: whenFailed },
  stop: stopPlaying,
};

/** The request that speaks to the action's leg under a new name. */
export function speakText(
  { leg, newName }: Pick<Doing<unknown, unknown>, 'leg' | 'newName'>,
  { Text, Engine, TextType, VoiceId, LanguageCode }: CheckedParameters<typeof schema>,
): SpeakText {
  return {
    kind: 'SpeakText',
    legId: leg.legId,
    playId: newName('play'),
    text: Text,
    textType: TextType,
    engine: Engine,
    voiceId: VoiceId,
    ...(LanguageCode ? { languageCode: LanguageCode } : {}),
  };
}
