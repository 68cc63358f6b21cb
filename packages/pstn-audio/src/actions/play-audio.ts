import { failure } from '../failures.ts';
import { KEY, listOf, wholeNumber } from '../schema/kinds.ts';
import { defaulted, optional, required } from '../schema/shape.ts';
import { AUDIO_FILE, actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';
import { COLLECTING_FIELDS, collectingRules, completeCollecting } from './digits.ts';

/** What is wrong with an AudioSource. DG: play-audio. */
export const INVALID_AUDIO_SOURCE = failure('InvalidAudioSource', 'Audio Source parameter value is invalid.');

/** A file, played to one leg. It answers an unanswered call. DG: play-audio. */
export const playAudio = actionSchema({
  type: 'PlayAudio',
  fields: {
    /** The file. */
    AudioSource: required(AUDIO_FILE, { failure: INVALID_AUDIO_SOURCE }),
    /** Keys that end the playing, with all its repeats, as a success. None when absent. */
    PlaybackTerminators: optional(listOf(KEY, { what: 'keys' })),
    /** How often the file is played in all; more than 0. Default 1. */
    Repeat: defaulted(wholeNumber({ min: 1 }), 1),
  },
});

/** `Parameters` of PlayAudio, as functions write them. */
export type PlayAudioParameters = WrittenParameters<typeof playAudio>;
/** `Parameters` of PlayAudio, as events echo them: defaults filled in. */
export type PlayAudioEcho = EchoedParameters<typeof playAudio>;

/** A file, then digits, with attempts, and a file for failed ones. Always reports. DG: play-audio-get-digits. */
export const playAudioAndGetDigits = actionSchema({
  type: 'PlayAudioAndGetDigits',
  fields: {
    /** Played at the beginning of each attempt. A key stops it and counts. */
    AudioSource: required(AUDIO_FILE, { failure: INVALID_AUDIO_SOURCE }),
    /** Played after each failed attempt. */
    FailureAudioSource: optional(AUDIO_FILE, { failure: INVALID_AUDIO_SOURCE }),
    ...COLLECTING_FIELDS,
  },
  rules: collectingRules,
  complete: completeCollecting,
});

/** `Parameters` of PlayAudioAndGetDigits, as functions write them. */
export type PlayAudioAndGetDigitsParameters = WrittenParameters<typeof playAudioAndGetDigits>;
/** `Parameters` of PlayAudioAndGetDigits, as events echo them: defaults filled in. */
export type PlayAudioAndGetDigitsEcho = EchoedParameters<typeof playAudioAndGetDigits>;
