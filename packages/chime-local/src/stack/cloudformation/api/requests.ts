/** Reads the members that the API's requests have in common. */
import { flagMember, listMember, type QueryInput, type QueryValue, textMember, textsMember } from '#aws';
import type { Template } from '#template';
import { objectOfUrl, parseTemplateAside } from '#template';
import type { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import type { GivenInput, GivenParameter } from '../input.ts';
import type { StackRecord, Tag } from '../records.ts';

/** Reads an S3 object as text; undefined if it does not exist. */
export type ReadObject = (bucket: string, key: string) => Promise<string | undefined>;

/** A required member. @throws CloudFormationError */
export function required(input: QueryInput, member: string): string {
  const value = textMember(input, member);
  if (value) return value;
  throw validationError(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

/** The stack that a request names; a deleted one can be named by its id. @throws CloudFormationError */
export const namedStack = (stacks: CloudFormation, input: QueryInput): StackRecord =>
  stacks.existing(required(input, 'StackName'));

const structures = (input: QueryInput, member: string): Record<string, QueryValue>[] | undefined =>
  listMember(input, member)?.filter(
    (item): item is Record<string, QueryValue> => typeof item === 'object' && !Array.isArray(item),
  );

export function parametersOf(input: QueryInput): GivenParameter[] | undefined {
  return structures(input, 'Parameters')?.map((item) => {
    const value = textMember(item, 'ParameterValue');
    return {
      ParameterKey: required(item, 'ParameterKey'),
      ...(value === undefined ? {} : { ParameterValue: value }),
      ...(flagMember(item, 'UsePreviousValue') ? { UsePreviousValue: true } : {}),
    };
  });
}

function tagsOf(input: QueryInput): Tag[] | undefined {
  return structures(input, 'Tags')?.map((item) => ({
    Key: required(item, 'Key'),
    Value: textMember(item, 'Value') ?? '',
  }));
}

/** The template text in the request, or at the URL that it names. @throws CloudFormationError */
export async function templateBodyOf(input: QueryInput, read: ReadObject): Promise<string | undefined> {
  const body = textMember(input, 'TemplateBody');
  const url = textMember(input, 'TemplateURL');
  if (!url) return body;
  if (body) throw validationError('You cannot specify both TemplateBody and TemplateURL.');
  const object = objectOfUrl(url);
  if (!object)
    throw validationError(`TemplateURL must reference a valid S3 object to which you have access. (${url})`);
  const text = await read(object.bucket, object.key);
  if (text === undefined) throw validationError(`S3 error: The specified key does not exist. (${url})`);
  return text;
}

/** Template, parameters, tags and the other input of a stack. @throws CloudFormationError */
export async function givenInput(input: QueryInput, read: ReadObject): Promise<GivenInput> {
  const templateBody = await templateBodyOf(input, read);
  const parameters = parametersOf(input);
  const tags = tagsOf(input);
  const capabilities = textsMember(input, 'Capabilities');
  const notificationArns = textsMember(input, 'NotificationARNs');
  const roleArn = textMember(input, 'RoleARN');
  return {
    ...(templateBody === undefined ? {} : { templateBody }),
    ...(flagMember(input, 'UsePreviousTemplate') ? { usePreviousTemplate: true } : {}),
    ...(parameters ? { parameters } : {}),
    ...(tags ? { tags } : {}),
    ...(capabilities ? { capabilities } : {}),
    ...(notificationArns ? { notificationArns } : {}),
    ...(roleArn ? { roleArn } : {}),
  };
}

/** @throws TemplateError, CloudFormationError */
export async function templateOf(input: QueryInput, read: ReadObject): Promise<Template> {
  const body = await templateBodyOf(input, read);
  if (body === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  return parseTemplateAside(body);
}

/** One page of items, and the token of the next. A token is an index into the list. */
export function page<T>(
  items: readonly T[],
  input: QueryInput,
  size = 100,
): { items: T[]; NextToken?: string } {
  const start = Number(textMember(input, 'NextToken') ?? 0);
  if (!Number.isSafeInteger(start) || start < 0)
    throw validationError('NextToken is none that this list gave.');
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length ? { NextToken: String(end) } : {}) };
}
