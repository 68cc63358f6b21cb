import type { StackContext } from './context.ts';
import type { StackRecord, StackStatus } from './records.ts';

/** The reason that the service gives for what a request began. */
export const USER_INITIATED = 'User Initiated';

/** Adds an event of the stack itself. */
export function addStackEvent(
  { store, clock, ids }: Pick<StackContext, 'store' | 'clock' | 'ids'>,
  { stackId, stackName }: Pick<StackRecord, 'stackId' | 'stackName'>,
  status: StackStatus,
  { reason, clientRequestToken }: { reason?: string | undefined; clientRequestToken?: string | undefined },
): void {
  store.addEvent({
    eventId: ids.guid(),
    stackId,
    stackName,
    logicalId: stackName,
    physicalId: stackId,
    type: 'AWS::CloudFormation::Stack',
    at: clock.now(),
    status,
    ...(reason ? { reason } : {}),
    ...(clientRequestToken ? { clientRequestToken } : {}),
  });
}
