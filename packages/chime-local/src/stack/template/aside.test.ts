import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { inSomeRound } from '#testkit';
import { matchesAside, parseTemplateAside } from './aside.ts';
import { parseTemplate } from './parse-template.ts';
import { TemplateError } from './template.ts';

/** YAML of nearly the greatest size that a template may have. */
const LARGE = `Resources:\n${Array.from(
  { length: 7_000 },
  (_, n) =>
    `  Topic${n}:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !Sub "a \${AWS::Region} ${'x'.repeat(40)}"}\n`,
).join('')}`;
/** The milliseconds for which `act` keeps the main thread busy. */
async function busyMs(act: () => unknown): Promise<number> {
  const before = performance.eventLoopUtilization();
  await new Promise((resolve) => setImmediate(resolve));
  await act();
  await new Promise((resolve) => setImmediate(resolve));
  return performance.eventLoopUtilization(before).active;
}

describe('templates that take long to process', () => {
  it('600 KB of YAML do not block the main thread', async () => {
    expect(LARGE.length).toBeGreaterThan(600_000);
    await inSomeRound(async () => {
      const here = await busyMs(() => parseTemplate(LARGE));
      const aside = await busyMs(async () => {
        const { Resources } = await parseTemplateAside(LARGE);
        expect(Object.keys(Resources)).toHaveLength(7_000);
      });
      expect(aside).toBeLessThan(here / 2);
    });
  });

  it('A large malformed template is refused as usual', async () => {
    const wrong = `${LARGE}  Last: [\n`;
    const refused = await parseTemplateAside(wrong).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(TemplateError);
    expect((refused as Error).message).toMatch(/^Template format error: YAML not well-formed/);
    await expect(parseTemplateAside('Resources: [')).rejects.toThrow(/^Template format error: YAML/);
  });

  it('An endless pattern is abandoned, and others are answered', async () => {
    expect(await matchesAside('^(?:(a+)+b)$', 'a'.repeat(60), 1_500)).toBeUndefined();
    expect(await matchesAside('^[a-z]+$', 'abc', 30_000)).toBe(true);
    expect(await matchesAside('^[a-z]+$', '1', 30_000)).toBe(false);
  });
});
