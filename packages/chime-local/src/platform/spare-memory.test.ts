import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

/** Runs in a process of its own, whose main thread has a heap like that of the runtime. */
const PROGRAM = `
import { giveMemoryBack } from '${path.join(import.meta.dirname, 'spare-memory.ts')}';
const fill = () => Array.from({ length: 1_500_000 }, (_, index) => ({ index, text: String(index) })).length;
fill();
const filled = process.memoryUsage();
giveMemoryBack();
const after = process.memoryUsage();
console.log(JSON.stringify({ used: after.heapUsed / filled.heapUsed, total: after.heapTotal / filled.heapTotal }));
`;

it('A heap that was filled and emptied shrinks again', () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const left = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as unknown;
  expect(left).toEqual({ used: expect.closeTo(0, 0), total: expect.closeTo(0, 0) });
});
