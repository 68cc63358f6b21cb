import { existsSync, readFileSync } from 'node:fs';
import { CONFIG_SCHEMA } from 'chime-local/src/ways-in/index.ts';
import { apiPage } from './api.ts';
import { decisionList } from './decisions.ts';
import { fidelityPage } from './fidelity.ts';
import { growthTable } from './growth.ts';
import { OPENAPI_FILE, operatorApi } from './openapi.ts';
import { reportsPage } from './reports.ts';
import { roomTable } from './rooms.ts';
import { statementsDocument, unprovedSection } from './statements.ts';
import { actionTable, callStates } from './states.ts';

/** A document of the repository that is wholly or partly generated. */
export interface GeneratedDocument {
  path: string;
  /** The whole text as it should be, given the current text. */
  make(current: string): string;
}

export const GENERATED_DOCUMENTS: readonly GeneratedDocument[] = [
  { path: 'packages/pstn-audio/STATEMENTS.md', make: statementsDocument },
  { path: 'packages/pstn-audio/README.md', make: section('unproved statements', unprovedSection) },
  { path: 'packages/pstn-audio/README.md', make: section('example', exampleSection) },
  { path: 'docs/architecture.md', make: section('rooms', roomTable) },
  { path: 'docs/decisions/README.md', make: section('decisions', decisionList) },
  { path: 'docs/call-states.md', make: section('states', callStates) },
  { path: 'docs/call-states.md', make: section('actions', actionTable) },
  { path: 'packages/chime-local/config.schema.json', make: configSchema },
  { path: 'docs/fidelity.md', make: fidelityPage },
  { path: 'docs/see-a-call.md', make: section('growth', growthTable) },
  { path: 'docs/reports.md', make: reportsPage },
  { path: OPENAPI_FILE, make: () => operatorApi() },
  { path: 'docs/api/chime-local.md', make: () => apiPage('chime-local') },
  { path: 'docs/api/pstn-audio.md', make: () => apiPage('pstn-audio') },
];

/** The schema of `chime-local.config.*`, for editors. */
function configSchema(): string {
  return `${JSON.stringify(CONFIG_SCHEMA, null, 2)}\n`;
}

/** The example is a test, so that it cannot be wrong. */
function exampleSection(): string {
  const test = readFileSync('packages/pstn-audio/src/testing/readme-example.test.ts', 'utf8');
  return ['```ts', test.trimEnd(), '```'].join('\n');
}

/**
 * Returns a function that replaces the text between `<!-- generated: NAME -->` and `<!-- end of NAME -->`,
 * which the document must contain.
 */
export function section(name: string, text: () => string): (current: string) => string {
  return (current) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [current.indexOf(begin), current.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`There is no place for it: write ${begin} and ${end}.`);
    return `${current.slice(0, from + begin.length)}\n${text()}\n${current.slice(to)}`;
  };
}

/** The current text of the document; empty when it does not exist yet. */
export function currentText({ path }: GeneratedDocument): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
