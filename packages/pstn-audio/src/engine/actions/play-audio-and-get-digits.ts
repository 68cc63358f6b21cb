import type { S3AudioSource } from '../../documents.ts';
import {
  type Collecting,
  type CollectParameters,
  checkCollecting,
  collectDigits,
} from '../digits/collecting.ts';
import { type ActionDefinition, type Doing, isFailure } from './action.ts';
import { audioSource } from './parameters.ts';
import { INVALID_AUDIO_SOURCE, playFile } from './playback.ts';

type Parameters = {
  AudioSource: S3AudioSource;
  FailureAudioSource?: S3AudioSource;
} & CollectParameters;

/** The prompts of the collection are files. */
const prompts = {
  main: (doing: Doing<Parameters, unknown>) => playFile(doing, doing.parameters.AudioSource, 1),
  failure: (doing: Doing<Parameters, unknown>) =>
    doing.parameters.FailureAudioSource ? playFile(doing, doing.parameters.FailureAudioSource, 1) : undefined,
};
const collect = collectDigits<Parameters>(prompts);

/** A prompt, then digits, with attempts and a prompt for failed ones. DG: play-audio-get-digits. */
export const playAudioAndGetDigits: ActionDefinition<Parameters, Collecting> = {
  type: 'PlayAudioAndGetDigits',
  accepts: [
    'AudioSource',
    'FailureAudioSource',
    'InBetweenDigitsDurationInMilliseconds',
    'InputDigitsRegex',
    'MaxNumberOfDigits',
    'MinNumberOfDigits',
    'Repeat',
    'RepeatDurationInMilliseconds',
    'TerminatorDigits',
  ],
  defaultLeg: 'invoked',
  check(raw) {
    const AudioSource = audioSource(raw.AudioSource);
    if (AudioSource === undefined || AudioSource === 'invalid') return INVALID_AUDIO_SOURCE;
    const FailureAudioSource = audioSource(raw.FailureAudioSource);
    if (FailureAudioSource === 'invalid') return INVALID_AUDIO_SOURCE;
    const collecting = checkCollecting(raw);
    if (isFailure(collecting)) return collecting;
    return { AudioSource, ...(FailureAudioSource ? { FailureAudioSource } : {}), ...collecting };
  },
  answers: true,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'failure',
  start: collect.start,
  on: collect.on,
  stop: collect.stop,
};
