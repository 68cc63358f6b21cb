import { expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { PAUSE_MS, SPEAKING_FROM, SpeakingWatch } from './speaking.ts';

function watch() {
  const clock = new ScriptedClock();
  const told: string[] = [];
  const speaking = new SpeakingWatch(clock, (id, is) => told.push(`${id} ${is ? 'speaks' : 'is silent'}`));
  return { clock, told, speaking };
}

test('Somebody speaks from a volume on, and is silent after a pause', () => {
  const { clock, told, speaking } = watch();
  speaking.volume('a', SPEAKING_FROM - 0.01);
  speaking.volume('a', SPEAKING_FROM);
  speaking.volume('a', 1);
  expect(told).toEqual(['a speaks']);
  speaking.volume('a', 0);
  clock.advance(PAUSE_MS - 1);
  expect(told.length).toBe(1);
  clock.advance(1);
  expect(told).toEqual(['a speaks', 'a is silent']);
});

test('takes a pause between two words for no silence', () => {
  const { clock, told, speaking } = watch();
  speaking.volume('a', 1);
  for (let word = 0; word < 5; word += 1) {
    speaking.volume('a', 0);
    clock.advance(PAUSE_MS - 1);
    speaking.volume('a', 0.5);
  }
  expect(told).toEqual(['a speaks']);
});

test('an attendee muted or gone is silent at once; others speak on', () => {
  const { clock, told, speaking } = watch();
  speaking.volume('a', 1);
  speaking.volume('b', 1);
  speaking.volume('a', 0);
  speaking.silent('a');
  speaking.silent('a');
  clock.advance(PAUSE_MS);
  expect(told).toEqual(['a speaks', 'b speaks', 'a is silent']);
  speaking.volume('b', 0);
  speaking.clear();
  clock.advance(PAUSE_MS);
  expect(told.length).toBe(3);
});
