/** What CloudFormation says of the Regions that this account does not use: there is nothing. */
import { type QueryInput, type QueryOperation, textMember } from '#aws';
import { openJournal } from '#platform';
import { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import { StackStore } from '../stack-store.ts';

/** CloudFormation in another Region of the account. */
export function inRegion({ context }: CloudFormation, region: string): CloudFormation {
  return new CloudFormation({ ...context, region, store: new StackStore(openJournal(undefined)) });
}

/** The operation, unless it would make a stack where nothing can be made. */
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
