import { type Failure, invalidParameter } from '../failures.ts';
import { didYouMean } from '../schema/did-you-mean.ts';
import type { Flaw } from '../schema/schema.ts';
import { SpeechError } from './speech-error.ts';
import { parseSsml } from './ssml.ts';
import { enginesOf, LANGUAGE_CODES, type PollyEngine, VOICE_NAMES } from './voices.ts';

/** A text and how to speak it, in the parameters of Speak. */
export interface WrittenSpeech {
  readonly Text: string;
  readonly TextType: 'text' | 'ssml';
  readonly Engine: PollyEngine;
  readonly VoiceId: string;
  readonly LanguageCode?: string;
}

/** Amazon Polly's error for a value that its model does not have. API reference: SynthesizeSpeech, common errors. */
const notInEnum = (name: string): Failure =>
  invalidParameter(
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must satisfy enum value set`,
  );

/** Why Amazon Polly refuses the speech, with its error message; undefined if it accepts it. */
export function speechFlaw(speech: WrittenSpeech): Flaw | undefined {
  return voiceFlaw(speech) ?? languageFlaw(speech) ?? ssmlFlaw(speech);
}

function voiceFlaw({ VoiceId, Engine }: WrittenSpeech): Flaw | undefined {
  const engines = enginesOf(VoiceId);
  if (engines === undefined) {
    const meant = didYouMean(VoiceId, VOICE_NAMES);
    return {
      path: ['VoiceId'],
      value: VoiceId,
      allowed: 'the name of a voice of Amazon Polly, such as Joanna',
      failure: notInEnum('voiceId'),
      ...(meant === undefined ? {} : { didYouMean: meant }),
    };
  }
  if (engines.includes(Engine)) return undefined;
  const [other] = engines;
  return {
    path: ['Engine'],
    value: Engine,
    allowed: other ? `"${other}" for the voice ${VoiceId}` : `none for the voice ${VoiceId}: choose another`,
    failure: invalidParameter(`This voice does not support the selected engine: ${Engine}`),
  };
}

function languageFlaw({ LanguageCode }: WrittenSpeech): Flaw | undefined {
  if (LanguageCode === undefined || LANGUAGE_CODES.includes(LanguageCode)) return undefined;
  const meant = didYouMean(LanguageCode.replace('_', '-'), LANGUAGE_CODES);
  return {
    path: ['LanguageCode'],
    value: LanguageCode,
    allowed: 'a language of Amazon Polly, such as en-US',
    failure: notInEnum('languageCode'),
    ...(meant === undefined ? {} : { didYouMean: meant }),
  };
}

function ssmlFlaw({ Text, TextType }: WrittenSpeech): Flaw | undefined {
  if (TextType !== 'ssml') return undefined;
  try {
    parseSsml(Text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SpeechError)) throw error;
    const allowed = `SSML that Amazon Polly takes (${error.detail})`;
    return { path: ['Text'], value: Text, allowed, failure: invalidParameter(error.message) };
  }
}
