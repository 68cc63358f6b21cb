import { RunningStack } from '#testkit';
import type { Figure } from './report.ts';

const SECTION = 'Start';
const RUNS = 3;

/**
 * Time from the start of `npm start`'s process until a call would be answered; dependencies and template are
 * already there.
 */
export async function readyFigures(): Promise<Figure[]> {
  await (await RunningStack.start()).stop();
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = performance.now();
    const stack = await RunningStack.start();
    times.push(performance.now() - before);
    await stack.stop();
  }
  const value = Math.min(...times) / 1000;
  const worst = Math.max(...times) / 1000;
  return [
    {
      section: SECTION,
      what: `time to ready, best of ${RUNS} (worst ${worst.toFixed(1)})`,
      value,
      unit: 's',
      beside: 'aim 3',
    },
  ];
}
