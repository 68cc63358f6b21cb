import path from 'node:path';
import {
  type ApplicationPlace,
  type CallRecords,
  maskedKeysIn,
  TEST_FORMS,
  type TestForm,
  testFormOf,
  testNames,
  testText,
} from '#call-record';
import type { ApplicationSource } from '#options';
import { functionNameIn } from '#platform';
import type { CallTest, CallTests } from '#web';
import type { Application } from './application.ts';

/** The proposed folder for a test, relative to the start's folder. */
const FOLDER = 'test';
const REPLAY = 'npx chime-local replay';
/** The folder in which replays look for records by default. */
const USUAL_DATA = path.join('.local', 'data');
/** Matches the suffix that CloudFormation adds to generated names. */
const MADE_UP = /-[A-Z0-9]{12}$/;

export interface TestsOfCallsParts {
  records: Pick<CallRecords, 'read'>;
  /** The folder of the start, which is the project's. */
  directory: string;
  dataDirectory: string;
  source: ApplicationSource | undefined;
  application: Application | undefined;
}

/** Makes tests of recorded calls, as texts for files in a folder `test` of the project. */
export function testsOfCalls({ records, ...about }: TestsOfCallsParts): CallTests {
  const application = placeOf(about.source, about.application);
  const forms = TEST_FORMS.filter((form) => form !== 'pytest' || typeof application === 'string');
  return {
    async of(transactionId, wanted): Promise<CallTest | undefined> {
      const read = await records.read(transactionId);
      if (!read || application === undefined) return undefined;
      const { text: record } = read;
      const usual = testFormOf(about.directory);
      const form = forms.find((one) => one === wanted) ?? (forms.includes(usual) ? usual : 'node');
      const names = testNames(transactionId, form);
      const call = { transactionId, record, application, functionName: functionIn(record), form };
      return {
        forms: forms.map((one) => ({ form: one, name: NAMES[one] })),
        form,
        name: names.test,
        recordName: names.record,
        text: testText(path.join(about.directory, FOLDER), call),
        command: commandFor(transactionId, maskedKeysIn(record), about),
      };
    },
  };
}

const NAMES: Readonly<Record<TestForm, string>> = {
  vitest: 'Vitest',
  jest: 'Jest',
  node: 'node:test',
  pytest: 'pytest',
};

/** The application as a test names it; undefined if the start got a value that is in no file. */
function placeOf(
  source: ApplicationSource | undefined,
  application: Application | undefined,
): string | ApplicationPlace | undefined {
  if (!source) return application?.tests;
  const { config } = source;
  return (
    source.path ?? source.template ?? source.assembly ?? (typeof config === 'string' ? config : undefined)
  );
}

/** The function that was invoked, by the part of its name that is the same in the next rehearsal. */
function functionIn(record: string): string | undefined {
  const line = record.split('\n').find((one) => one.includes('"kind":"InvokeFunction"'));
  const { output } = JSON.parse(line ?? '{}') as { output?: { functionArn?: string } };
  return output?.functionArn && functionNameIn(output.functionArn).replace(MADE_UP, '');
}

function commandFor(
  transactionId: string,
  maskedKeys: number,
  { directory, dataDirectory, source, application }: Omit<TestsOfCallsParts, 'records'>,
): string {
  const place = placeOf(source, undefined);
  const data = path.relative(directory, dataDirectory);
  return [
    source ? REPLAY : (application?.tests?.replay ?? REPLAY),
    transactionId,
    ...(typeof place === 'string' ? ['--app', path.relative(directory, place) || '.'] : []),
    ...(data === USUAL_DATA ? [] : ['--data', data.startsWith('..') ? dataDirectory : data]),
    ...(maskedKeys > 0 ? ['--keys', 'KEYS'] : []),
    ...['--save-test', FOLDER],
  ].join(' ');
}
