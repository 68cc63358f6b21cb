import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MASKED_KEY } from 'pstn-audio/record';
import { UserError } from '#platform';

/** The test runners for which a test can be written. */
export const TEST_FORMS = ['vitest', 'jest', 'node', 'pytest'] as const;
export type TestForm = (typeof TEST_FORMS)[number];

/** Number of characters of the TransactionId used in the file names. */
const NAME_CHARACTERS = 8;
/** Written in parts, because the bundler replaces this text with the path of the packed module. */
const OWN_PLACE = ['import', 'meta', 'url'].join('.');
const RUNNERS = { vitest: 'vitest', jest: '@jest/globals', node: 'node:test' } as const;

/** A module that exports an application. */
export interface ApplicationPlace {
  /** Absolute path. */
  file: string;
  /** Name of the export. */
  name: string;
}

/** What a test of a recorded call is made from. All paths are absolute. */
export interface TestOfCall {
  transactionId: string;
  record: string;
  /** The application as given to `--app`, or the module that exports it and the name of the export. */
  application: string | ApplicationPlace;
  /** The function's name if the application has several. */
  functionName?: string | undefined;
  /** The data folder of which the call needs a copy. */
  dataFrom?: string | undefined;
  form: TestForm;
}

/** The file names of the test and of the record beside it. */
export function testNames(transactionId: string, form: TestForm): { test: string; record: string } {
  const id = transactionId.slice(0, NAME_CHARACTERS);
  const test = form === 'pytest' ? `test_call_${id}.py` : `call-${id}.test.mjs`;
  return { test, record: `call-${id}.jsonl` };
}

/** Files that say how pytest runs. pytest, "Configuration file formats". */
const PYTEST_FILES = ['pytest.ini', '.pytest.ini', 'conftest.py'];
/** Files that may, besides what else they say. */
const PYTHON_FILES = ['pyproject.toml', 'setup.cfg', 'tox.ini', 'requirements.txt', 'requirements-dev.txt'];

/**
 * The test runner that the folder's project uses; Node.js's own if the project names none. A project in Python
 * has a `package.json` as well, with chime-local in it.
 *
 * @throws UserError if `package.json` is not JSON
 */
export function testFormOf(folder: string): TestForm {
  const inFolder = (name: string): string => path.join(folder, name);
  const names = dependenciesIn(inFolder('package.json'));
  const named = (['vitest', 'jest'] as const).find((runner) => names?.has(runner));
  if (named) return named;
  const tellsOfPytest = (name: string): boolean =>
    existsSync(inFolder(name)) && /\bpytest\b/.test(readFileSync(inFolder(name), 'utf8'));
  if (PYTEST_FILES.some((name) => existsSync(inFolder(name))) || PYTHON_FILES.some(tellsOfPytest))
    return 'pytest';
  return !names && existsSync(inFolder('pyproject.toml')) ? 'pytest' : 'node';
}

/** Names of the packages on which the project depends; undefined if there is no such file. */
function dependenciesIn(file: string): ReadonlySet<string> | undefined {
  if (!existsSync(file)) return undefined;
  let project: unknown;
  try {
    project = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file} is not JSON (${(error as Error).message}): correct it.`);
  }
  const { dependencies, devDependencies } = Object(project) as Record<string, object | undefined>;
  return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
}

/** The number of key presses in a record that are masked. */
export function maskedKeysIn(record: string): number {
  return record.split('\n').filter((line) => line.includes('"DigitPressed"') && line.includes(MASKED_KEY))
    .length;
}

/**
 * The text of a test in `folder`, beside the record. It passes as long as the code answers as it did in the
 * record.
 *
 * @throws TypeError if a test in Python is requested for an application that is a JavaScript module
 */
export function testText(folder: string, call: TestOfCall): string {
  const from = (target: string): string => {
    const relative = path.relative(folder, target).replaceAll(path.sep, '/');
    return relative.startsWith('.') ? relative : `./${relative}`;
  };
  return call.form === 'pytest' ? pythonText(call, from) : moduleText(call, call.form, from);
}

type From = (target: string) => string;

const today = (): string => new Date().toISOString().slice(0, 10);

function moduleText(call: TestOfCall, form: Exclude<TestForm, 'pytest'>, from: From): string {
  const { application, functionName, dataFrom } = call;
  const named = typeof application === 'string' ? undefined : application;
  const imports = [
    `import assert from 'node:assert/strict';`,
    `import { readFileSync } from 'node:fs';`,
    `import { fileURLToPath } from 'node:url';`,
    `import { readRecord, startRehearsal } from 'chime-local/testing';`,
    `import { test } from '${RUNNERS[form]}';`,
    ...(named ? [`import { ${named.name} } from ${JSON.stringify(from(named.file))};`] : []),
  ];
  const place = (target: string): string => `here(${JSON.stringify(from(target))})`;
  const started = [
    typeof application === 'string' ? `handler: ${place(application)}` : `application: ${application.name}`,
    ...(dataFrom === undefined ? [] : [`dataFrom: ${place(dataFrom)}`]),
  ];
  const masked = maskedKeysIn(call.record);
  const options = [
    ...(functionName === undefined ? [] : [`functionName: ${JSON.stringify(functionName)}`]),
    ...(masked > 0 ? ['keys'] : []),
  ];
  const asked = options.length > 0 ? `, { ${options.join(', ')} }` : '';
  const keys = masked > 0 ? `\n${maskedNote('//', masked)}\nconst keys = '';\n` : '';
  return `${imports.join('\n')}

const here = (place) => fileURLToPath(new URL(place, ${OWN_PLACE}));
${keys}
test('a recorded call is answered as on ${today()}', async () => {
  const rehearsal = await startRehearsal({ ${started.join(', ')} });
  try {
    const record = readRecord(readFileSync(here('./${testNames(call.transactionId, form).record}'), 'utf8'));
    const { exchanges, heard } = await rehearsal.replay(record${asked});
    assert.deepEqual(exchanges.flatMap(({ differences }) => differences), []);
    assert.deepEqual(heard.differences, []);
  } finally {
    await rehearsal.close();
  }
});
`;
}

function pythonText(call: TestOfCall, from: From): string {
  const { application, functionName, dataFrom } = call;
  if (typeof application !== 'string') {
    throw new TypeError('A test in Python names a file or folder of the application, not a module.');
  }
  const place = (target: string): string => `str(HERE / ${JSON.stringify(from(target))})`;
  const opened = [
    `source=${place(application)}`,
    ...(dataFrom === undefined ? [] : [`data_from=${place(dataFrom)}`]),
    ...(functionName === undefined ? [] : [`function_name=${JSON.stringify(functionName)}`]),
  ];
  const masked = maskedKeysIn(call.record);
  const keys = masked > 0 ? `\n${maskedNote('#', masked)}\nKEYS = ""\n` : '';
  return `from pathlib import Path

from chime_local import Application

HERE = Path(__file__).parent
${keys}

def test_a_recorded_call_is_answered_as_on_${today().replaceAll('-', '_')}():
    with Application(${opened.join(', ')}) as application:
        replay = application.replay(HERE / "${testNames(call.transactionId, 'pytest').record}"${masked > 0 ? ', keys=KEYS' : ''})
    assert replay["differences"] == []
    assert replay["heard"]["differences"] == []
`;
}

const maskedNote = (comment: string, count: number): string =>
  `${comment} The record masks the ${count === 1 ? 'key that was' : `${count} keys that were`} pressed: write ${count === 1 ? 'it' : 'them'} here.`;
