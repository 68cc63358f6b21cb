import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Mask, type ReportedEntry } from 'pstn-audio/record';

/** Characters of a TransactionId that name the files. */
const NAME_CHARACTERS = 8;

/** Who runs the project's tests. */
export type TestRunner = 'vitest' | 'jest' | 'node';

/** Not written as it is: the packed program has its own modules' places put in wherever that stands. */
const OWN_PLACE = ['import', 'meta', 'url'].join('.');

/** What the test imports, and from where: `runner` is the project's. */
const IMPORTS = (runner: string): string =>
  [
    ['assert', 'node:assert/strict'],
    ['{ readFileSync }', 'node:fs'],
    ['{ fileURLToPath }', 'node:url'],
    ['{ startRehearsal }', 'chime-local/testing'],
    ['{ readRecord }', 'pstn-audio/record'],
    ['{ test }', runner],
  ]
    .map(([what, where]) => `import ${what} from '${where}';`)
    .join('\n');

const MODULES: Readonly<Record<TestRunner, string>> = {
  vitest: 'vitest',
  jest: '@jest/globals',
  node: 'node:test',
};

/** The runner that the project of the folder names; Node.js's own where it names none. */
export function testRunnerOf(folder: string): TestRunner {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return 'node';
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const names = { ...dependencies, ...devDependencies };
  return (['vitest', 'jest'] as const).find((runner) => runner in names) ?? 'node';
}

/** A record without credentials, but with its keys: the test feeds them to the handler. */
function withoutCredentials(record: string): string {
  const mask = new Mask('kept');
  const lines = record.trim().split('\n');
  return `${lines.map((line) => JSON.stringify(mask.entry(JSON.parse(line) as ReportedEntry))).join('\n')}\n`;
}

/** A module with an application. */
export interface ApplicationPlace {
  /** Absolute. */
  file: string;
  /** The export. */
  name: string;
}

/** What a test is made of. */
export interface SavedCall {
  transactionId: string;
  /** Today's call. */
  record: string;
  /** The application, as `--app` names it, absolute; or the module that has it, and its name there. */
  application: string | ApplicationPlace;
  functionName: string;
  /** The data folder whose copy the call needs; absolute. */
  dataFrom?: string | undefined;
  runner: TestRunner;
}

/** Writes the call and a test of it, which passes as long as the code answers as today. Gives the test's path. */
export function saveTest(folder: string, call: SavedCall): string {
  const name = `call-${call.transactionId.slice(0, NAME_CHARACTERS)}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.jsonl`), withoutCredentials(call.record));
  const from = (target: string): string => {
    const relative = path.relative(folder, target);
    return relative.startsWith('.') ? relative : `./${relative}`;
  };
  const data = call.dataFrom === undefined ? '' : `, dataFrom: here(${JSON.stringify(from(call.dataFrom))})`;
  const { application } = call;
  const [imported, started] =
    typeof application === 'string'
      ? ['', `handler: here(${JSON.stringify(from(application))})`]
      : [
          `\nimport { ${application.name} } from ${JSON.stringify(from(application.file))};`,
          `application: ${application.name}`,
        ];
  const file = path.join(folder, `${name}.test.mjs`);
  writeFileSync(
    file,
    `${IMPORTS(MODULES[call.runner])}${imported}

const here = (place) => fileURLToPath(new URL(place, ${OWN_PLACE}));

test('a recorded call is answered as on ${new Date().toISOString().slice(0, 10)}', async () => {
  const rehearsal = await startRehearsal({ ${started}${data} });
  try {
    const record = readRecord(readFileSync(here('./${name}.jsonl'), 'utf8'));
    const { exchanges, heard } = await rehearsal.replay(record, { functionName: ${JSON.stringify(call.functionName)} });
    assert.deepEqual(exchanges.flatMap(({ differences }) => differences), []);
    assert.deepEqual(heard.today, heard.recorded);
  } finally {
    await rehearsal.close();
  }
});
`,
  );
  return file;
}
