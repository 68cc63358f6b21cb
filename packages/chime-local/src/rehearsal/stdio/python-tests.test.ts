import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PACKAGE = path.resolve(import.meta.dirname, '../../..');
const SAMPLE = path.join(PACKAGE, 'python/sample');
/** The command from its sources. */
const COMMAND = `"${process.execPath}" --import tsx "${path.join(PACKAGE, 'src/cli/bin.ts')}"`;

/** Runs the sample's tests as pytest does, one after the other, where pytest itself may be missing. */
const RUN = `
import sys, test_greeter
for name, test in list(vars(test_greeter).items()):
    if name.startswith('test_') and (name == 'test_counts_callers_in_its_table') == (sys.argv[1] == 'table'):
        test()
        print('passed', name)
`;

async function passed(which: 'table' | 'calls'): Promise<string[]> {
  const { stdout } = await promisify(execFile)('python3', ['-c', RUN, which], {
    cwd: SAMPLE,
    env: {
      ...process.env,
      PYTHONPATH: `${path.join(PACKAGE, 'python')}${path.delimiter}${SAMPLE}`,
      PYTHONDONTWRITEBYTECODE: '1',
      CHIME_LOCAL_COMMAND: COMMAND,
    },
  });
  return stdout.split('\n').filter((line) => line.startsWith('passed '));
}

it('Tests in Python call a handler of their own process', async () => {
  expect(await passed('calls')).toHaveLength(6);
}, 60_000);

it('Tests in Python call an application with its tables', async () => {
  expect(await passed('table')).toHaveLength(1);
}, 120_000);
