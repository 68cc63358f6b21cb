import { failure } from '../failures.ts';
import { KEY, listOf, wholeNumber } from '../schema/kinds.ts';
import { defaulted, optional, required } from '../schema/shape.ts';
import { AUDIO_FILE, actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';
import { COLLECTING_FIELDS, collectingRules, completeCollecting } from './digits.ts';

/** The failure that an invalid AudioSource causes. DG: play-audio. */
export const INVALID_AUDIO_SOURCE = failure('InvalidAudioSource', 'Audio Source parameter value is invalid.');

/** Plays a file to one leg. It answers an unanswered call. DG: play-audio. */
export const playAudio = actionSchema({
  type: 'PlayAudio',
  fields: {
    /** The file to play. */
    AudioSource: required(AUDIO_FILE, { failure: INVALID_AUDIO_SOURCE }),
    /** Keys that end the playback, including its repeats, with success. None when absent. */
    PlaybackTerminators: optional(listOf(KEY, { what: 'keys' })),
    /** How many times the file is played in total; more than 0. Default 1. */
    Repeat: defaulted(wholeNumber({ min: 1 }), 1),
  },
});

/** `Parameters` of PlayAudio, as functions write them. */
export type PlayAudioParameters = WrittenParameters<typeof playAudio>;
/** `Parameters` of PlayAudio, as events echo them: defaults filled in. */
export type PlayAudioEcho = EchoedParameters<typeof playAudio>;

/**
 * Plays a file and collects digits in one or more attempts; may play another file after a failed attempt. The
 * result is always reported. DG: play-audio-get-digits.
 */
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
