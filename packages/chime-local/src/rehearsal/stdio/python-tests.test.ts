import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startRehearsal } from '../rehearsal.ts';
import { saveTest } from '../replay/save-test.ts';

const PACKAGE = path.resolve(import.meta.dirname, '../../..');
const SAMPLE = path.join(PACKAGE, 'python/sample');
/** The command line that runs `chime-local` from a checkout. */
const COMMAND = `"${process.execPath}" "${path.join(PACKAGE, 'bin/chime-local.mjs')}"`;

/** Runs the sample's tests one after the other as pytest does, as pytest itself may be missing. */
const RUN = `
import sys, test_greeter
for name, test in list(vars(test_greeter).items()):
    if name.startswith('test_') and (name == 'test_counts_callers_in_its_table') == (sys.argv[1] == 'table'):
        test()
        print('passed', name)
`;

const ENVIRONMENT = {
  ...process.env,
  PYTHONPATH: `${path.join(PACKAGE, 'python')}${path.delimiter}${SAMPLE}`,
  PYTHONDONTWRITEBYTECODE: '1',
  CHIME_LOCAL_COMMAND: COMMAND,
};

async function passed(which: 'table' | 'calls'): Promise<string[]> {
  const { stdout } = await promisify(execFile)('python3', ['-c', RUN, which], {
    cwd: SAMPLE,
    env: ENVIRONMENT,
  });
  return stdout.split('\n').filter((line) => line.startsWith('passed '));
}

it('Tests in Python call a handler in their own process', async () => {
  expect(await passed('calls')).toHaveLength(7);
});

it('Tests in Python call an application with its tables', async () => {
  expect(await passed('table')).toHaveLength(1);
});

/** Runs Python beside the sample. @returns what it prints */
async function runPython(code: string): Promise<string> {
  const { stdout } = await promisify(execFile)('python3', ['-c', code], { cwd: SAMPLE, env: ENVIRONMENT });
  return stdout;
}

const SPEAKING = `
from chime_local import sma

def answer(*actions):
    return {"SchemaVersion": "1.0", "Actions": list(actions)}

def speaking(text):
    def handler(event, context):
        arrived = event["InvocationEventType"] == "NEW_INBOUND_CALL"
        return answer(*[{"Type": "Speak", "Parameters": {"Text": text}}] if arrived else [])
    return handler
`;

it('A handler in a Python test answers as on Lambda', async () => {
  const said = await runPython(`
from decimal import Decimal
from chime_local import sma
pause = {"Type": "Pause", "Parameters": {"DurationInMilliseconds": Decimal("500")}}
call = sma(lambda event, context: {"SchemaVersion": "1.0", "Actions": [pause]}).dial()
call.pass_(100)
print(call.actions, call.problems)
`);
  expect(said.trim().split('\n')).toEqual([
    "[{'Type': 'Pause', 'Parameters': {'DurationInMilliseconds': 500}}] []",
  ]);
});

it('Each application in Python keeps its own handler and calls', async () => {
  const said = await runPython(`${SPEAKING}
first, second = sma(speaking("one")).dial(), sma(speaking("two")).dial()
second.hang_up()
print(first.heard, first.state, second.heard, second.state)`);
  expect(said.trim()).toBe("[{'text': 'one'}] connected [{'text': 'two'}] ended");
});

it('An answer in Python that is no JSON fails as on Lambda', async () => {
  const said = await runPython(`${SPEAKING}
call = sma(lambda event, context: answer({1000})).dial()
print(call.ends()["by"])
print(call.transcript)`);
  expect(said).toMatch(/^service\n/);
  expect(said).toContain('throws: TypeError: Object of type set is not JSON serializable\n');
});

it('A test in Python that expects no sound is told so', async () => {
  const said = await runPython(`${SPEAKING}
from chime_local import MistakeError
try:
    sma(speaking("one")).dial().hears()
except MistakeError as error:
    print(error)`);
  expect(said).toContain(
    'hears takes the key of a file or its end, words of a text, or pattern="…", not nothing.',
  );
});

const speaks = (text: string): string => `
def lambda_handler(event, context):
    arrived = event["InvocationEventType"] == "NEW_INBOUND_CALL"
    spoken = {"Type": "Speak", "Parameters": {"Text": "${text}"}}
    return {"SchemaVersion": "1.0", "Actions": [spoken, {"Type": "Hangup"}] if arrived else []}
`;

it('A recorded call can be a test in Python, too', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'recorded-'));
  const application = path.join(folder, 'main.py');
  writeFileSync(application, speaks('Goodbye.'));
  const rehearsal = await startRehearsal({ handler: application });
  try {
    const call = await (await rehearsal.application()).dial();
    await call.ends();
    const { record, transactionId } = call;
    const file = saveTest(folder, { transactionId, record, application, form: 'pytest' });
    const code = `
import sys
sys.path.insert(0, ${JSON.stringify(folder)})
import ${path.basename(file, '.py')} as tests
[test() for name, test in list(vars(tests).items()) if name.startswith('test_')]
print('passed')`;
    expect(await runPython(code)).toContain('passed');
    writeFileSync(application, speaks('So long.'));
    await expect(runPython(code)).rejects.toThrow('AssertionError');
  } finally {
    await rehearsal.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
