import { existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { CloudFormation, ResourceRecord } from '#cloudformation';
import type { SynthesisedStack } from '#template';
import { dependenciesOf } from '#template';

type FormerResource = Pick<ResourceRecord, 'type' | 'physicalId' | 'attributes' | 'properties'>;

/**
 * Data folders of earlier versions keep the resources of their only stack in `stack.json`. This turns them
 * into a stack, so that its number, tables and objects remain in use, and then renames the file.
 */
export function adoptFormerState(
  dataDirectory: string,
  stacks: CloudFormation,
  synthesised: readonly SynthesisedStack[],
): void {
  const file = path.join(dataDirectory, 'stack.json');
  const [one] = synthesised;
  if (!one || !existsSync(file) || stacks.context.store.find(one.stackName)) return;
  const former = JSON.parse(readFileSync(file, 'utf8')) as Record<string, FormerResource>;
  const { store, clock } = stacks.context;
  const stack = stacks.newStack(one.stackName, {});
  const needs = dependenciesOf(one.template);
  store.put({ ...stack, status: 'CREATE_COMPLETE' });
  for (const [logicalId, { type, physicalId, attributes, properties }] of Object.entries(former)) {
    store.setResource(stack.stackId, {
      logicalId,
      type,
      physicalId,
      attributes,
      properties,
      needs: [...(needs.get(logicalId) ?? [])],
      status: 'CREATE_COMPLETE',
      updatedAt: clock.now(),
    });
  }
  renameSync(file, `${file}.adopted`);
}
