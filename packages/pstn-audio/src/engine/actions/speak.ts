import { MAX_SPEAK_CHARACTERS } from '../../limits.ts';
import type { SpeakText } from '../outputs.ts';
import { type ActionDefinition, type ActionFailure, failure, invalidParameter } from './action.ts';
import { text } from './parameters.ts';
import { type Playing, stopPlaying, whenFailed, whenFinished } from './playback.ts';

type SpeakParameters = {
  Text: string;
  Engine: 'standard' | 'neural';
  /** The voice's own language when absent. */
  LanguageCode?: string;
  TextType: 'text' | 'ssml';
  VoiceId: string;
};

/** A text, spoken to one leg. DG: speak. */
export const speak: ActionDefinition<SpeakParameters, Playing> = {
  type: 'Speak',
  accepts: ['Text', 'Engine', 'LanguageCode', 'TextType', 'VoiceId'],
  defaultLeg: 'invoked',
  check(raw) {
    const Text = text(raw.Text);
    if (Text === undefined || Text === 'invalid') {
      return failure('MissingRequiredActionParameter', 'Text is a required parameter');
    }
    if ([...Text].length > MAX_SPEAK_CHARACTERS) {
      return failure('MissingRequiredActionParameter', 'Text is limited to 1,000 characters');
    }
    const Engine = raw.Engine || 'standard';
    if (Engine !== 'standard' && Engine !== 'neural') return invalidSpeech('Engine', 'standard, neural');
    const TextType = raw.TextType || 'text';
    if (TextType !== 'text' && TextType !== 'ssml') return invalidSpeech('TextType', 'text, ssml');
    const LanguageCode = text(raw.LanguageCode);
    if (LanguageCode === 'invalid') return invalidSpeech('LanguageCode', 'a language code such as en-US');
    const VoiceId = text(raw.VoiceId) ?? 'Joanna';
    if (VoiceId === 'invalid') return invalidSpeech('VoiceId', 'the name of a voice such as Joanna');
    return { Text, Engine, ...(LanguageCode ? { LanguageCode } : {}), TextType, VoiceId };
  },
  answers: true,
  interruptible: true,
  reports: 'last',
  whenLegEnds: 'nothing',
  start({ parameters, leg, newName }) {
    const { Text, Engine, TextType, VoiceId, LanguageCode } = parameters;
    const speech: SpeakText = {
      kind: 'SpeakText',
      callId: leg.callId,
      playId: newName('play'),
      text: Text,
      textType: TextType,
      engine: Engine,
      voiceId: VoiceId,
      ...(LanguageCode ? { languageCode: LanguageCode } : {}),
    };
    return { next: 'waits', state: { playId: speech.playId }, outputs: [speech] };
  },
  on: { PlaybackFinished: whenFinished, PlaybackFailed: whenFailed },
  stop: stopPlaying,
};

function invalidSpeech(name: string, allowed: string): ActionFailure {
  return invalidParameter(`The ${name} parameter is invalid. Allowed: ${allowed}.`);
}
