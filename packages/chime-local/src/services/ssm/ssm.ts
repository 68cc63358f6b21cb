/** The Parameter Store of Systems Manager. */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, type JsonInput, type JsonOperation, textOf } from '../rest/json-service.ts';
import { pageOf } from '../rest/paging.ts';
import type { ParameterStore, StoredParameter } from './parameter-store.ts';

/** Maximum number of parameters per page of GetParametersByPath. API reference. */
const PAGE = 10;

export interface SsmOptions {
  parameters: ParameterStore;
  accountId: string;
  region: string;
}

type ArnOf = (name: string) => string;

export function createSsm({ parameters, accountId, region }: SsmOptions): AwsService {
  const arnOf: ArnOf = (name) =>
    `arn:aws:ssm:${region}:${accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  const resourcesOf = ({ Name, Names, Path }: JsonInput): string[] =>
    [Name, Names, Path]
      .flat()
      .flatMap((one) => (typeof one === 'string' ? [one.startsWith('arn:') ? one : arnOf(one)] : []));
  const operations = { ...readOperations(parameters, arnOf), ...writeOperations(parameters) };
  return createJsonService('Systems Manager', ['ssm'], operations, resourcesOf);
}

function readOperations(parameters: ParameterStore, arnOf: ArnOf): Record<string, JsonOperation> {
  const show = (parameter: StoredParameter): object => showParameter(parameter, arnOf);
  return {
    GetParameter(input) {
      const name = textOf(input, 'Name');
      const parameter = find(parameters, name);
      if (!parameter) throw notFound(name);
      return { Parameter: show(parameter) };
    },
    GetParameters(input) {
      const names = (input.Names ?? []) as string[];
      const found = names.map((name) => ({ name, parameter: find(parameters, String(name)) }));
      return {
        Parameters: found.flatMap(({ parameter }) => (parameter ? [show(parameter)] : [])),
        InvalidParameters: found.filter(({ parameter }) => !parameter).map(({ name }) => name),
      };
    },
    GetParametersByPath(input) {
      const path = textOf(input, 'Path').replace(/\/$/, '');
      const below = parameters.list().filter(({ name }) => {
        if (!name.startsWith(`${path}/`)) return false;
        return input.Recursive === true || !name.slice(path.length + 1).includes('/');
      });
      return page(below, input, 'Parameters', show);
    },
    DescribeParameters(input) {
      return page(parameters.list(), input, 'Parameters', (parameter) => ({
        ...show(parameter),
        Value: undefined,
        Tier: 'Standard',
      }));
    },
    ListTagsForResource: () => ({ TagList: [] }),
  };
}

function writeOperations(parameters: ParameterStore): Record<string, JsonOperation> {
  return {
    PutParameter(input) {
      const { version } = parameters.put({
        name: textOf(input, 'Name'),
        value: textOf(input, 'Value'),
        type: input.Type as string | undefined,
        overwrite: input.Overwrite === true,
        description: input.Description as string | undefined,
      });
      return { Version: version, Tier: 'Standard' };
    },
    DeleteParameter(input) {
      const name = textOf(input, 'Name');
      if (!parameters.delete(name)) throw notFound(name);
      return {};
    },
    DeleteParameters(input) {
      const names = ((input.Names ?? []) as string[]).map(String);
      const gone = names.filter((name) => parameters.delete(name));
      return { DeletedParameters: gone, InvalidParameters: names.filter((name) => !gone.includes(name)) };
    },
    AddTagsToResource: () => ({}),
    RemoveTagsFromResource: () => ({}),
  };
}

/** Finds a parameter by name, by name with a version, or by ARN. */
const find = (parameters: ParameterStore, asked: string): StoredParameter | undefined => {
  const name = asked.startsWith('arn:')
    ? asked.slice(asked.indexOf(':parameter') + ':parameter'.length)
    : asked;
  const plain = name.replace(/:\d+$/, '');
  return parameters.find(plain) ?? parameters.find(plain.replace(/^\//, ''));
};

const notFound = (name: string): ApiError =>
  new ApiError(400, 'ParameterNotFound', `There is no parameter ${name}.`);

function showParameter(parameter: StoredParameter, arnOf: ArnOf): object {
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: parameter.value,
    Version: parameter.version,
    LastModifiedDate: parameter.modifiedAt / 1000,
    ARN: arnOf(parameter.name),
    DataType: 'text',
  };
}

function page(
  parameters: StoredParameter[],
  input: JsonInput,
  member: string,
  show: (parameter: StoredParameter) => object,
): object {
  const most = typeof input.MaxResults === 'number' ? input.MaxResults : PAGE;
  const { items, nextToken } = pageOf(
    parameters,
    ({ name }) => name,
    most,
    input.NextToken as string | undefined,
  );
  return { [member]: items.map(show), ...(nextToken ? { NextToken: nextToken } : {}) };
}
