/** The operations that change a stack. Source: CloudFormation API reference. */
import { flagMember, type QueryInput, type QueryOperation, textMember, textsMember } from '#aws';
import type { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import { readAside } from '../read-aside.ts';
import type { OnFailure } from '../stack-operation.ts';
import { givenInput, namedStack, type ReadObject, required } from './requests.ts';

const token = (input: QueryInput): { clientRequestToken?: string } => {
  const value = textMember(input, 'ClientRequestToken');
  return value ? { clientRequestToken: value } : {};
};

export function stackOperations(stacks: CloudFormation, read: ReadObject): Record<string, QueryOperation> {
  return {
    async CreateStack(input) {
      const given = await givenInput(input, read);
      const onFailure = textMember(input, 'OnFailure') as OnFailure | undefined;
      const disableRollback = flagMember(input, 'DisableRollback');
      const terminationProtection = flagMember(input, 'EnableTerminationProtection');
      const request = {
        ...given,
        ...token(input),
        stackName: required(input, 'StackName'),
        ...(onFailure ? { onFailure } : {}),
        ...(disableRollback === undefined ? {} : { disableRollback }),
        ...(terminationProtection === undefined ? {} : { terminationProtection }),
      };
      return { StackId: await readAside(request, (read) => stacks.createStack(read)) };
    },
    async UpdateStack(input) {
      const given = await givenInput(input, read);
      const disableRollback = flagMember(input, 'DisableRollback') ?? false;
      const stackName = required(input, 'StackName');
      const request = { ...given, ...token(input), stackName, disableRollback };
      return { StackId: await readAside(request, (read) => stacks.updateStack(read)) };
    },
    DeleteStack(input) {
      stacks.deleteStack(required(input, 'StackName'), {
        retain: textsMember(input, 'RetainResources') ?? [],
        ...token(input),
      });
      return undefined;
    },
    CancelUpdateStack(input) {
      stacks.cancelUpdate(required(input, 'StackName'));
      return undefined;
    },
    ContinueUpdateRollback(input) {
      const stack = namedStack(stacks, input);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
        throw validationError(
          `Stack:${stack.stackId} is in ${stack.status} state and can not continue update rollback.`,
        );
      }
      stacks.rollBack(stack.stackId, { skip: textsMember(input, 'ResourcesToSkip') ?? [], ...token(input) });
      return {};
    },
    RollbackStack: (input) => ({ StackId: stacks.rollBack(required(input, 'StackName'), token(input)) }),
    UpdateTerminationProtection(input) {
      const enabled = flagMember(input, 'EnableTerminationProtection') ?? false;
      return { StackId: stacks.setTerminationProtection(required(input, 'StackName'), enabled) };
    },
  };
}
