import { readFileSync } from 'node:fs';

/** The rows of the table of an action's parameters. */
const PARAMETERS = /^\| Parameter \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)/m;
/** Parameters that every action has. */
const LEG = ['CallId', 'ParticipantTag'];

/** The actions of SPECIFICATION.md (its section 4) with the parameters that their tables name. */
export function readSpecificationActions(): Map<string, Set<string>> {
  const text = readFileSync(new URL('../../../SPECIFICATION.md', import.meta.url), 'utf8');
  const actions = new Map<string, Set<string>>();
  for (const part of text.split(/^### /m)) {
    const names = /^4\.[1-9]\d* (.+)\n/.exec(part)?.[1];
    if (!names) continue;
    // Both actions that collect digits share one table.
    const shared = part.includes('as §4.7') ? [...(actions.get('PlayAudioAndGetDigits') ?? [])] : [];
    const parameters = new Set(shared.filter((name) => !name.endsWith('AudioSource')));
    for (const row of PARAMETERS.exec(part)?.[1]?.split('\n') ?? []) {
      const name = /^\| `([A-Z]\w*)/.exec(row)?.[1];
      if (name && !LEG.includes(name)) parameters.add(name);
    }
    for (const action of names.split(', ')) actions.set(action, parameters);
  }
  return actions;
}
