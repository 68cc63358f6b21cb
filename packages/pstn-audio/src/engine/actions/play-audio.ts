import type { S3AudioSource } from '../../documents.ts';
import { type ActionDefinition, invalidParameter } from './action.ts';
import { audioSource, keys, numberWithin } from './parameters.ts';
import {
  INVALID_AUDIO_SOURCE,
  type Playing,
  playFile,
  stopPlaying,
  whenFailed,
  whenFinished,
} from './playback.ts';

type PlayAudioParameters = { AudioSource: S3AudioSource; PlaybackTerminators?: string[]; Repeat: number };

/** A file, played to one leg. DG: play-audio. */
export const playAudio: ActionDefinition<PlayAudioParameters, Playing> = {
  type: 'PlayAudio',
  accepts: ['AudioSource', 'PlaybackTerminators', 'Repeat'],
  defaultLeg: 'invoked',
  check(raw) {
    const AudioSource = audioSource(raw.AudioSource);
    if (AudioSource === undefined || AudioSource === 'invalid') return INVALID_AUDIO_SOURCE;
    const PlaybackTerminators = keys(raw.PlaybackTerminators);
    if (PlaybackTerminators === 'invalid') {
      return invalidParameter('The PlaybackTerminators parameter is invalid.');
    }
    const Repeat = numberWithin(raw.Repeat, { min: 1, fallback: 1 });
    if (Repeat === 'invalid') return invalidParameter('The Repeat parameter is invalid.');
    return { AudioSource, ...(PlaybackTerminators ? { PlaybackTerminators } : {}), Repeat };
  },
  answers: true,
  interruptible: true,
  reports: 'last',
  whenLegEnds: 'nothing',
  start(doing) {
    const play = playFile(doing, doing.parameters.AudioSource, doing.parameters.Repeat);
    return { next: 'waits', state: { playId: play.playId }, outputs: [play] };
  },
  on: {
    PlaybackFinished: whenFinished,
    PlaybackFailed: whenFailed,
    /** A terminator ends it with success and is used up; other keys are for the leg's listener. */
    DigitPressed: (doing, { digit }) =>
      doing.parameters.PlaybackTerminators?.includes(digit)
        ? { next: 'succeeds', outputs: stopPlaying(doing) }
        : undefined,
  },
  stop: stopPlaying,
};
