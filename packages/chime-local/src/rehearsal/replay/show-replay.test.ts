import { expect, it } from 'vitest';
import { showReplay } from './show-replay.ts';

const replay = (heard: { recorded: string[]; today: string[]; differences: string[] }): string =>
  showReplay({ same: heard.differences.length === 0, exchanges: [], transcript: '', heard }, false);

it('A sound that differs only in masked keys is heard the same', () => {
  const same = replay({ recorded: ['“You pressed ••”'], today: ['“You pressed 12”'], differences: [] });
  expect(same).toContain('The caller hears the same: “You pressed 12”.');
});

it('A different sound is shown beside the recorded one', () => {
  const shown = replay({ recorded: ['a.wav'], today: [], differences: ['heard: ["a.wav"] → []'] });
  expect(shown).toContain('The caller heard then: a.wav.\nThe caller hears today: nothing.');
});
