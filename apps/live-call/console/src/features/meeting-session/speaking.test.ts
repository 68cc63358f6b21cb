import { expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { PAUSE_MS, SPEAKING_FROM, SpeakingWatch } from './speaking.ts';

function watch() {
  const clock = new ScriptedClock();
  const told: string[] = [];
  const speaking = new SpeakingWatch(clock, (id, is) => told.push(`${id} ${is ? 'speaks' : 'is silent'}`));
  return { clock, told, speaking };
}

test('Speaking starts above a volume and ends after a pause', () => {
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

test('A pause between two words does not end speaking', () => {
  const { clock, told, speaking } = watch();
  speaking.volume('a', 1);
  for (let word = 0; word < 5; word += 1) {
    speaking.volume('a', 0);
    clock.advance(PAUSE_MS - 1);
    speaking.volume('a', 0.5);
  }
  expect(told).toEqual(['a speaks']);
});

test('A muted or departed attendee is silent at once; others speak on', () => {
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
