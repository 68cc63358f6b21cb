import { playAudio as schema } from '../../actions/play-audio.ts';
import type { ActionDefinition } from './action.ts';
import { type Playing, playFile, stopPlaying, whenFailed, whenFinished } from './playback.ts';

/** Plays a file to one leg. DG: play-audio. */
export const playAudio: ActionDefinition<typeof schema, Playing> = {
  schema,
  defaultLeg: 'invoked',
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
    /** A terminator ends the playback with success and is consumed; other keys go to the leg's listener. */
    DigitPressed: (doing, { digit }) =>
      doing.parameters.PlaybackTerminators?.includes(digit)
        ? { next: 'succeeds', outputs: stopPlaying(doing) }
        : undefined,
  },
  stop: stopPlaying,
};
