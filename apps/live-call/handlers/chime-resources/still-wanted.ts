/**
 * Whether a stack still wants what is being created for it. CloudFormation gives up a resource without
 * telling its function: somebody deletes the stack, another resource fails, or the time is over. The Delete
 * that follows may look before the Create has ordered, find nothing and finish. So the Create asks again
 * after it has ordered: a Delete that looked too early came after the stack had changed its state, and the
 * Create's question comes after the order. One of the two therefore sees the other.
 */
import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { patiently } from './account.ts';
import type { CustomResourceEvent } from './custom-resource.ts';
import { isStackMissing } from './failures.ts';
import type { Patience } from './patience.ts';

/** Rejects when it is no longer wanted, or when that cannot be determined. */
export type StillWanted = () => Promise<void>;

export class NotWanted extends Error {
  override name = 'NotWanted';
}

/**
 * Stack states in which resources are removed or rolled back and nothing new is wanted. User guide, "Stack
 * status codes".
 */
const GOING_BACK = /ROLLBACK|DELETE/;

/** Checks whether the stack of the event still wants the resource. */
export function stillWantedBy(
  stacks: CloudFormationClient,
  { StackId, RequestType, LogicalResourceId }: CustomResourceEvent,
  patience: Patience,
): StillWanted {
  return async () => {
    const status = await statusOf(stacks, StackId, patience);
    if (status !== undefined && !GOING_BACK.test(status)) return;
    throw new NotWanted(
      `the stack is ${status ?? 'not there any more'}: the ${RequestType} of ${LogicalResourceId} came too late.`,
    );
  };
}

/** Undefined: there is no such stack. */
async function statusOf(
  stacks: CloudFormationClient,
  StackName: string,
  patience: Patience,
): Promise<string | undefined> {
  try {
    const { Stacks } = await patiently(patience, 'the state of the stack', (abortSignal) =>
      stacks.send(new DescribeStacksCommand({ StackName }), { abortSignal }),
    );
    return Stacks?.[0]?.StackStatus;
  } catch (error) {
    if (isStackMissing(error)) return undefined;
    throw error;
  }
}

/** What was just created is kept only if it is still wanted; otherwise `undo` removes it. */
export async function keepIfWanted(stillWanted: StillWanted, undo: () => Promise<void>): Promise<void> {
  try {
    await stillWanted();
  } catch (error) {
    await undo();
    throw error;
  }
}
