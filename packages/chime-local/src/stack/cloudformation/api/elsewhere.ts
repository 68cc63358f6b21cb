/** CloudFormation in the Regions that this account does not use: they are empty. */
import { type QueryInput, type QueryOperation, textMember } from '#aws';
import { openJournal } from '#platform';
import { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import { StackStore } from '../stack-store.ts';

/** CloudFormation in another Region of the account, without any stacks. */
export function inRegion({ context }: CloudFormation, region: string): CloudFormation {
  return new CloudFormation({ ...context, region, store: new StackStore(openJournal(undefined)) });
}

/** Wraps an operation so that it refuses to create a stack in a Region where none can be created. */
export function makingNothing(
  name: string,
  operation: QueryOperation,
  region: string,
  home: string,
): QueryOperation {
  const makesStack = ({ ChangeSetType }: QueryInput): boolean =>
    name === 'CreateStack' || (name === 'CreateChangeSet' && ChangeSetType === 'CREATE');
  return (input, request) => {
    if (!makesStack(input)) return operation(input, request);
    throw validationError(
      `${textMember(input, 'StackName') ?? 'A stack'} cannot be made in ${region}: this account is in ${home}. Start one with --region ${region}.`,
    );
  };
}
