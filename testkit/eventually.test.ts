import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';

describe('a wait', () => {
  it('A wait ends with the first answer that is a result', async () => {
    const answers = [undefined, false, null, 0, 7];
    expect(await eventually('a number', () => answers.shift())).toBe(0);
    expect(answers).toEqual([7]);
  });

  it('A wait continues after a look that throws or rejects', async () => {
    let looks = 0;
    const look = async (): Promise<string> => {
      looks += 1;
      if (looks === 1) throw new Error('not there yet');
      if (looks === 2) return Promise.reject(new Error('still not there'));
      return 'there';
    };
    expect(await eventually('it is there', look)).toBe('there');
  });

  it('Expensive looks become less and less frequent', async () => {
    let looks = 0;
    const look = (): undefined => void looks++;
    const patience = { withinMs: 400, lookMs: 1, lookAtMostMs: 100 };
    await expect(eventually('nothing', look, patience)).rejects.toThrow('not within 400 ms');
    expect(looks).toBeLessThan(100);
  });

  it('A failed wait reports its name, last error and what it found', async () => {
    const look = (): never => {
      throw new Error('no sound');
    };
    await expect(
      eventually('a voice', look, { withinMs: 1, instead: () => ({ packets: 0 }) }),
    ).rejects.toThrow(/a voice: not within 1 ms\nThe last look failed: Error: no sound\n\{\s*"packets": 0/);
  });

  it('A wait without a name is named by its source', async () => {
    const list: number[] = [];
    await expect(eventually(() => list.length > 0, { withinMs: 1 })).rejects.toThrow('list.length > 0');
  });

  it('A hopeless wait ends at once', async () => {
    const wait = eventually('ready', () => false, { hopeless: () => 'it ended with 3' });
    await expect(wait).rejects.toThrow('ready: it ended with 3');
  });

  it('An answer that comes as the wait becomes hopeless is accepted', async () => {
    expect(await eventually('said', () => 'yes', { hopeless: () => 'it ended' })).toBe('yes');
  });
});
