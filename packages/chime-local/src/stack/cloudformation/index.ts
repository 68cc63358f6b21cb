/** The public interface of CloudFormation: stacks, change sets, rollback, and its API. */
export { createCloudFormationApi } from './api/api.ts';
export { CloudFormation } from './cloudformation.ts';
export { CloudFormationError } from './context.ts';
export {
  type ExistingResource,
  type PhysicalResource,
  type ProviderLookup,
  ResourceFailure,
  type ResourceProvider,
  type ResourceRequest,
} from './provider.ts';
export { readAside } from './read-aside.ts';
export type { ResourceRecord, StackRecord } from './records.ts';
export { isCustomType } from './scope.ts';
export { Shortfalls } from './shortfalls.ts';
export { StackStore } from './stack-store.ts';
