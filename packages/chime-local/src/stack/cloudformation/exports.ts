import { TemplateError } from '#template';
import type { Output, StackRecord } from './records.ts';
import type { StackStore } from './stack-store.ts';

export interface Export {
  name: string;
  value: string;
  exportingStackId: string;
}

const isThere = (stack: StackRecord): boolean => stack.status !== 'DELETE_COMPLETE';

/** All exports of the account's stacks in this Region. */
export function exportsOf(store: StackStore): Export[] {
  return store
    .all()
    .filter(isThere)
    .flatMap(({ stackId, outputs }) =>
      outputs.flatMap(({ exportName, value }) =>
        exportName ? [{ name: exportName, value, exportingStackId: stackId }] : [],
      ),
    );
}

/** Names of the stacks that use an export. */
export function importersOf(store: StackStore, name: string): string[] {
  return store
    .all()
    .filter((stack) => isThere(stack) && stack.imports.includes(name))
    .map(({ stackName }) => stackName);
}

/**
 * Checks the exports that are about to replace a stack's previous ones.
 * @throws TemplateError if a name belongs to another stack, or an export in use would be removed or changed
 */
export function checkExports(store: StackStore, stack: StackRecord, outputs: readonly Output[]): void {
  const others = exportsOf(store).filter(({ exportingStackId }) => exportingStackId !== stack.stackId);
  const next = new Map(outputs.flatMap(({ exportName, value }) => (exportName ? [[exportName, value]] : [])));
  for (const name of next.keys()) {
    const other = others.find((candidate) => candidate.name === name);
    if (other) {
      const owner = store.find(other.exportingStackId)?.stackName;
      throw new TemplateError(`Export with name ${name} is already exported by stack ${owner}`);
    }
  }
  for (const { exportName, value } of stack.outputs) {
    if (!exportName || next.get(exportName) === value) continue;
    const users = importersOf(store, exportName);
    if (users.length === 0) continue;
    const verb = next.has(exportName) ? 'updated' : 'deleted';
    throw new TemplateError(`Export ${exportName} cannot be ${verb} as it is in use by ${users.join(', ')}`);
  }
}
