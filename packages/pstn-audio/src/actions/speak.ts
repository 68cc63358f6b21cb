import { failure, invalidParameter } from '../failures.ts';
import { MAX_SPEAK_CHARACTERS } from '../limits.ts';
import { oneOf, text } from '../schema/kinds.ts';
import { bad, good, type Schema, within } from '../schema/schema.ts';
import { defaulted, optional, required, shape } from '../schema/shape.ts';
import { speechFlaw } from '../speech/check-speech.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';
import { COLLECTING_FIELDS, collectingRules, completeCollecting } from './digits.ts';

const TEXT_IS_MISSING = failure('MissingRequiredActionParameter', 'Text is a required parameter');
const TEXT_IS_TOO_LONG = failure('MissingRequiredActionParameter', 'Text is limited to 1,000 characters');

/** At most 1000 characters (code points). Both error messages are the service's own. DG: speak. */
const SPOKEN_TEXT: Schema<string, string> = {
  allowed: `a text, at most ${MAX_SPEAK_CHARACTERS} characters`,
  read(value) {
    if (typeof value !== 'string') return bad(value, SPOKEN_TEXT.allowed, { failure: TEXT_IS_MISSING });
    return [...value].length > MAX_SPEAK_CHARACTERS
      ? bad(value, SPOKEN_TEXT.allowed, { failure: TEXT_IS_TOO_LONG })
      : good(value);
  },
};

const ENGINE = oneOf('standard', 'neural');
const TEXT_TYPE = oneOf('text', 'ssml');
const LANGUAGE = text({ what: 'a language code such as en-US' });
const VOICE = text({ what: 'the name of a voice such as Joanna' });

const invalid = (name: string, allowed: string) => ({
  failure: invalidParameter(`The ${name} parameter is invalid. Allowed: ${allowed}.`),
});
const ENGINE_FAILS = invalid('Engine', 'standard, neural');
const TEXT_TYPE_FAILS = invalid('TextType', 'text, ssml');
const LANGUAGE_FAILS = invalid('LanguageCode', 'a language code such as en-US');
const VOICE_FAILS = invalid('VoiceId', 'the name of a voice such as Joanna');

/** The text to speak, and the voice that speaks it. DG: speak. */
export const SPEECH_FIELDS = {
  /** The text to speak: at most 1000 characters. Markup only with `TextType` `ssml`. */
  Text: required(SPOKEN_TEXT, { failure: TEXT_IS_MISSING, secret: true }),
  /** Amazon Polly's engine. Default `standard`. */
  Engine: defaulted(ENGINE, 'standard', ENGINE_FAILS),
  /** Amazon Polly's language code, such as `en-US`. Default: the voice's own language. */
  LanguageCode: optional(LANGUAGE, LANGUAGE_FAILS),
  /** Whether `Text` is plain or SSML. Default `text`. */
  TextType: defaulted(TEXT_TYPE, 'text', TEXT_TYPE_FAILS),
  /** A voice of Amazon Polly. Default `Joanna`. */
  VoiceId: defaulted(VOICE, 'Joanna', VOICE_FAILS),
};

/** Speaks a text to one leg. It answers an unanswered call. DG: speak. */
export const speak = actionSchema({ type: 'Speak', fields: SPEECH_FIELDS, rules: speechFlaw });

/** `Parameters` of Speak, as functions write them. */
export type SpeakParameters = WrittenParameters<typeof speak>;
/** `Parameters` of Speak, as events echo them: defaults filled in. */
export type SpeakEcho = EchoedParameters<typeof speak>;

/** A text that is spoken after a failed attempt. Absent fields default to those of `SpeechParameters`. */
const FAILURE_SPEECH_FIELDS = {
  /** The text to speak: at most 1000 characters. */
  Text: required(SPOKEN_TEXT, { failure: TEXT_IS_MISSING, secret: true }),
  /** Default: that of `SpeechParameters`. */
  Engine: optional(ENGINE, ENGINE_FAILS),
  /** Default: that of `SpeechParameters`. */
  LanguageCode: optional(LANGUAGE, LANGUAGE_FAILS),
  /** Default: that of `SpeechParameters`. */
  TextType: optional(TEXT_TYPE, TEXT_TYPE_FAILS),
  /** Default: that of `SpeechParameters`. */
  VoiceId: optional(VOICE, VOICE_FAILS),
};

const SPEECH = 'an object {Text, Engine, LanguageCode, TextType, VoiceId}';

/**
 * Speaks a text and collects digits in one or more attempts; speaks another text after a failed attempt. The
 * result is always reported. DG: speak-and-get-digits.
 */
export const speakAndGetDigits = actionSchema({
  type: 'SpeakAndGetDigits',
  fields: {
    /** Spoken at the beginning of each attempt. A key stops it and counts. */
    SpeechParameters: required(shape(SPEECH_FIELDS, SPEECH), { failure: TEXT_IS_MISSING }),
    /** Spoken after each failed attempt. */
    FailureSpeechParameters: required(shape(FAILURE_SPEECH_FIELDS, SPEECH), { failure: TEXT_IS_MISSING }),
    ...COLLECTING_FIELDS,
  },
  rules(parameters) {
    for (const name of ['SpeechParameters', 'FailureSpeechParameters'] as const) {
      const flaw = speechFlaw({ ...parameters.SpeechParameters, ...parameters[name] });
      if (flaw) return within(name, [flaw])[0];
    }
    return collectingRules(parameters);
  },
  complete(parameters) {
    const { Text: _text, ...voice } = parameters.SpeechParameters;
    const FailureSpeechParameters = { ...voice, ...parameters.FailureSpeechParameters };
    return completeCollecting({ ...parameters, FailureSpeechParameters });
  },
});

/** `Parameters` of SpeakAndGetDigits, as functions write them. */
export type SpeakAndGetDigitsParameters = WrittenParameters<typeof speakAndGetDigits>;
/** `Parameters` of SpeakAndGetDigits, as events echo them: defaults filled in. */
export type SpeakAndGetDigitsEcho = EchoedParameters<typeof speakAndGetDigits>;
