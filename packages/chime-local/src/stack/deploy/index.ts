/**
 * The public interface of deployment: CloudFormation with this machine's providers, and the assembly of a
 * start.
 */
export { convergeStacks } from './converge.ts';
export { createCloudFormation } from './create-cloudformation.ts';
export { adoptFormerState } from './former-state.ts';
