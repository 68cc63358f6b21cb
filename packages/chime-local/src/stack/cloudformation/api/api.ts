/** CloudFormation's API: the awsQuery protocol on top of the stacks. */
import {
  type AwsService,
  createQueryService,
  flagMember,
  type QueryInput,
  type QueryOperation,
  textMember,
} from '#aws';
import { TemplateError } from '#template';
import type { ChangeSetRequest } from '../change-sets.ts';
import type { CloudFormation } from '../cloudformation.ts';
import { CloudFormationError, validationError } from '../context.ts';
import { readAside } from '../read-aside.ts';
import { isRegistered } from '../registry.ts';
import type { OnFailure } from '../stack-operation.ts';
import { inRegion, makingNothing } from './elsewhere.ts';
import { givenInput, page, type ReadObject, required } from './requests.ts';
import { showChange, showChangeSet } from './shapes.ts';
import { stackOperations } from './stack-operations.ts';
import { exportQueries, resourceQueries, stackQueries } from './stack-queries.ts';
import { templateOperations } from './template-operations.ts';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

function changeSetOperations(stacks: CloudFormation, read: ReadObject): Record<string, QueryOperation> {
  const { changeSets, context } = stacks;
  const find = (input: QueryInput) =>
    changeSets.find(required(input, 'ChangeSetName'), textMember(input, 'StackName'));
  return {
    async CreateChangeSet(input) {
      const type = textMember(input, 'ChangeSetType') ?? 'UPDATE';
      if (type !== 'CREATE' && type !== 'UPDATE') {
        throw validationError(`ChangeSetType ${type} is not served here; CREATE and UPDATE are.`);
      }
      const description = textMember(input, 'Description');
      const onStackFailure = textMember(input, 'OnStackFailure') as OnFailure | undefined;
      const request: ChangeSetRequest = {
        ...(await givenInput(input, read)),
        stackName: required(input, 'StackName'),
        changeSetName: required(input, 'ChangeSetName'),
        type,
        ...(description ? { description } : {}),
        ...(onStackFailure ? { onStackFailure } : {}),
      };
      const { changeSetId, stackId } = await readAside(request, (given) => changeSets.create(given));
      return { Id: changeSetId, StackId: stackId };
    },
    DescribeChangeSet(input) {
      const changeSet = find(input);
      const { items, ...rest } = page(changeSet.changes, input);
      return { ...showChangeSet(changeSet), Changes: items.map(showChange), ...rest };
    },
    ExecuteChangeSet(input) {
      const clientRequestToken = textMember(input, 'ClientRequestToken');
      changeSets.execute(required(input, 'ChangeSetName'), textMember(input, 'StackName'), {
        disableRollback: flagMember(input, 'DisableRollback') ?? false,
        ...(clientRequestToken ? { clientRequestToken } : {}),
      });
      return {};
    },
    DeleteChangeSet(input) {
      changeSets.delete(required(input, 'ChangeSetName'), textMember(input, 'StackName'));
      return {};
    },
    ListChangeSets(input) {
      const { stackId } = stacks.existing(required(input, 'StackName'));
      const { items, ...rest } = page(context.store.changeSets(stackId), input);
      return { Summaries: items.map(showChangeSet), ...rest };
    },
    DescribeChangeSetHooks: (input) => ({ ...showChangeSet(find(input)), Hooks: [] }),
  };
}

/** `DescribeType`, for types that this runtime creates and types that it only records. */
function typeOperations({ context }: CloudFormation): Record<string, QueryOperation> {
  return {
    DescribeType(input) {
      const name =
        textMember(input, 'TypeName') ?? /type\/resource\/(.+)$/.exec(textMember(input, 'Arn') ?? '')?.[1];
      const type = name?.replaceAll('-', '::');
      if (!type || !context.providers(type) || !isRegistered(type, context.region)) {
        throw new CloudFormationError(
          'TypeNotFoundException',
          `The type '${type ?? ''}' cannot be found`,
          404,
        );
      }
      return {
        Arn: `arn:aws:cloudformation:${context.region}::type/resource/${type.replaceAll('::', '-')}`,
        Type: 'RESOURCE',
        TypeName: type,
        Visibility: 'PUBLIC',
        ProvisioningType: 'FULLY_MUTABLE',
        DeprecatedStatus: 'LIVE',
        IsActivated: true,
      };
    },
  };
}

/** Turns an error in the template into a ValidationError of the request. */
function asValidationError(operation: QueryOperation): QueryOperation {
  return async (input, request) => {
    try {
      return await operation(input, request);
    } catch (error) {
      throw error instanceof TemplateError ? validationError(error.message) : error;
    }
  };
}

/** @param read reads templates that a request names by their URL in S3 */
export function createCloudFormationApi(stacks: CloudFormation, read: ReadObject): AwsService {
  const { region: home, accountId, store } = stacks.context;
  const here = operationsOf(stacks, read);
  const elsewhere = (region: string): Operations =>
    mapped(operationsOf(inRegion(stacks, region), read), (operation, name) =>
      makingNothing(name, operation, region, home),
    );
  /** The stack's ARN; for a stack that does not exist yet, an ARN that the wildcards of policies match. */
  const arnOf = (name: string): string =>
    store.find(name)?.stackId ?? `arn:aws:cloudformation:${home}:${accountId}:stack/${name}/*`;
  return createQueryService({
    name: 'CloudFormation',
    signingNames: ['cloudformation'],
    namespace: NAMESPACE,
    questions(action, input) {
      const name = textMember(input, 'StackName');
      const resource = name === undefined ? '*' : name.startsWith('arn:') ? name : arnOf(name);
      return [{ action: `cloudformation:${action}`, resources: [resource] }];
    },
    operations: mapped(here, (operation, name) => (input, request) => {
      const { region } = request;
      return (region === home ? operation : (elsewhere(region)[name] ?? operation))(input, request);
    }),
  });
}

type Operations = Record<string, QueryOperation>;

function operationsOf(stacks: CloudFormation, read: ReadObject): Operations {
  const operations = {
    ...stackOperations(stacks, read),
    ...stackQueries(stacks),
    ...resourceQueries(stacks),
    ...exportQueries(stacks),
    ...templateOperations(stacks, read),
    ...changeSetOperations(stacks, read),
    ...typeOperations(stacks),
  };
  return mapped(operations, asValidationError);
}

function mapped(
  operations: Operations,
  change: (operation: QueryOperation, name: string) => QueryOperation,
): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, change(operation, name)]),
  );
}
