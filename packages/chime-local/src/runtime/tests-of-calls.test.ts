import { expect, it } from 'vitest';
import { testsOfCalls } from './tests-of-calls.ts';

const ID = '05485e68-91f2-4537-a267-8b9b32506181';
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:Stack-answer-0A1B2C3D4E5F';
const key = { kind: 'Input', at: 1, ms: 1, input: { kind: 'DigitPressed', legId: 'a', digit: '•' } };
const RECORD = [
  { kind: 'Begin', at: 0, ms: 0, record: 1, transactionId: ID, keys: 'masked', writer: 'test' },
  { kind: 'Output', at: 0, ms: 0, output: { kind: 'InvokeFunction', sequence: 1, functionArn: ARN } },
  key,
  key,
]
  .map((entry) => `${JSON.stringify(entry)}\n`)
  .join('');

const tests = (source: Parameters<typeof testsOfCalls>[0]['source'], more: object = {}) =>
  testsOfCalls({
    records: { read: async (id) => (id === ID ? { text: RECORD, next: RECORD.length } : undefined) },
    directory: '/app',
    dataDirectory: '/app/.local/data',
    source,
    application: undefined,
    ...more,
  });

it('A test of a recorded call names its application and its function', async () => {
  const test = await tests({ path: '/app/handler.ts' }).of(ID, 'vitest');
  expect(test).toMatchObject({ name: 'call-05485e68.test.mjs', recordName: 'call-05485e68.jsonl' });
  expect(test?.text).toContain("import { test } from 'vitest';");
  expect(test?.text).toContain('startRehearsal({ handler: here("../handler.ts") });');
  expect(test?.text).toContain('rehearsal.replay(record, { functionName: "Stack-answer", keys });');
  expect(test?.text).toContain('assert.deepEqual(heard.differences, []);');
  expect(test?.text).toContain('// The record masks the 2 keys that were pressed: write them here.');
});

it('A function that is invoked by an alias is named without it', async () => {
  const read = async () => ({ text: RECORD.replaceAll(ARN, `${ARN}:live`), next: 0 });
  const test = await tests({ path: '/app/handler.ts' }, { records: { read } }).of(ID, 'vitest');
  expect(test?.text).toContain('functionName: "Stack-answer"');
});

it('The command beside a test names what replays need', async () => {
  const command = `npx chime-local replay ${ID} --app handler.ts --keys KEYS --save-test test`;
  expect((await tests({ path: '/app/handler.ts' }).of(ID, undefined))?.command).toBe(command);
  const elsewhere = await tests({ template: '/app/t.yaml' }, { dataDirectory: '/tmp/d' }).of(ID, undefined);
  expect(elsewhere?.command).toContain('--app t.yaml --data /tmp/d ');
});

it('A test starts the application that its command provides', async () => {
  const application = {
    assembly: async () => '',
    tests: { file: '/app/local/application.ts', name: 'ours', replay: 'npm run replay --' },
  };
  const test = await tests(undefined, { application }).of(ID, 'pytest');
  // An application in a JavaScript module cannot be started from Python.
  expect(test?.form).toBe('node');
  expect(test?.text).toContain('import { ours } from "../local/application.ts";');
  expect(test?.command).toMatch(/^npm run replay -- /);
});

it('No test is made for an unknown call or handler file', async () => {
  expect(await tests({ path: '/app/handler.ts' }).of('other', undefined)).toBeUndefined();
  expect(await tests({ config: {} }).of(ID, undefined)).toBeUndefined();
});
