import { sendDigits as schema } from '../../actions/send-digits.ts';
import { COMMA_MS, TONE_GAP_MS } from '../../limits.ts';
import type { ActionDefinition } from './action.ts';
import { type Playing, stopPlaying, whenFailed, whenFinished } from './playback.ts';

/** Sends keys to the leg's party. DG: send-digits. */
export const sendDigits: ActionDefinition<typeof schema, Playing> = {
  schema,
  defaultLeg: 'invoked',
  answers: true,
  interruptible: false,
  reports: 'last',
  whenLegEnds: 'nothing',
  start({ leg, parameters, newName }) {
    const playId = newName('keys');
    const { Digits, ToneDurationInMilliseconds } = parameters;
    return {
      next: 'waits',
      state: { playId },
      outputs: [
        {
          kind: 'SendKeys',
          legId: leg.legId,
          playId,
          keys: Digits,
          toneMs: ToneDurationInMilliseconds,
          gapMs: TONE_GAP_MS,
          commaMs: COMMA_MS,
        },
      ],
    };
  },
  on: { PlaybackFinished: whenFinished, PlaybackFailed: whenFailed },
  stop: stopPlaying,
};
