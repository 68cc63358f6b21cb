import { isObject } from '#platform';
import { attribute, type Expansion, idPart, only, recordOf, ref, type SamResource } from './expansion.ts';
import { type ApiEvent, addEvent, type SamEvent } from './function-events.ts';
import { rolePolicies } from './policies.ts';

/** The APIs that SAM creates for events that name none. */
export const IMPLICIT_REST_API = 'ServerlessRestApi';
export const IMPLICIT_HTTP_API = 'ServerlessHttpApi';

/** Members that `AWS::Lambda::Function` has under the same name. */
const SAME = [
  'Architectures',
  'DeadLetterConfig',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FunctionName',
  'Handler',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'Runtime',
  'Timeout',
  'VpcConfig',
];

/** Members that become resources of their own, whose types are reported like any other's. */
const BESIDE = [
  ['FunctionUrlConfig', 'Url'],
  ['EventInvokeConfig', 'EventInvokeConfig'],
] as const;

/** Converts `CodeUri` to `Code`: an S3 URI, a bucket and a key, or inline text. */
export function codeOf(CodeUri: unknown, InlineCode: unknown): Record<string, unknown> {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (isObject(CodeUri) && CodeUri.Bucket !== undefined)
    return { S3Bucket: CodeUri.Bucket, S3Key: CodeUri.Key };
  const [, S3Bucket, S3Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(String(CodeUri)) ?? [];
  return S3Bucket ? { S3Bucket, S3Key } : recordOf(CodeUri);
}

function addRole(expansion: Expansion, from: SamResource): object {
  const id = `${from.id}Role`;
  const trust = {
    Effect: 'Allow',
    Action: ['sts:AssumeRole'],
    Principal: { Service: ['lambda.amazonaws.com'] },
  };
  expansion.addBeside(from, id, 'AWS::IAM::Role', {
    AssumeRolePolicyDocument: from.properties.AssumeRolePolicyDocument ?? {
      Version: '2012-10-17',
      Statement: [trust],
    },
    PermissionsBoundary: from.properties.PermissionsBoundary,
    ...rolePolicies(from.id, from.properties.Policies),
  });
  return attribute(id, 'Arn');
}

const idOf = (value: unknown, otherwise: string): string =>
  isObject(value) ? String(value.Ref ?? otherwise) : value === undefined ? otherwise : String(value);

/** Expands `AWS::Serverless::Function`. @returns its API events */
export function addFunction(expansion: Expansion, from: SamResource): ApiEvent[] {
  const { id, properties } = from;
  const { CodeUri, InlineCode, ImageUri, Role, Tags, AutoPublishAlias, Events } = properties;
  expansion.add(
    id,
    'AWS::Lambda::Function',
    {
      ...only(Object.fromEntries(SAME.map((name) => [name, properties[name]]))),
      // SAM specification, DeadLetterQueue: a type and an ARN.
      ...(isObject(properties.DeadLetterQueue)
        ? { DeadLetterConfig: { TargetArn: properties.DeadLetterQueue.TargetArn } }
        : {}),
      Code: ImageUri === undefined ? codeOf(CodeUri, InlineCode) : { ImageUri },
      Role: Role ?? addRole(expansion, from),
      Tags: isObject(Tags) ? Object.entries(Tags).map(([Key, Value]) => ({ Key, Value })) : undefined,
    },
    from,
  );
  // These are recorded and listed with everything that is not emulated.
  for (const [name, type] of BESIDE) {
    if (isObject(properties[name]))
      expansion.addBeside(from, `${id}${idPart(type)}`, `AWS::Lambda::${type}`, { ...properties[name] });
  }
  if (AutoPublishAlias !== undefined) {
    expansion.addBeside(from, `${id}Version`, 'AWS::Lambda::Version', { FunctionName: ref(id) });
    const alias = `${id}Alias${idPart(String(AutoPublishAlias))}`;
    expansion.aliases.set(id, alias);
    expansion.addBeside(from, alias, 'AWS::Lambda::Alias', {
      FunctionName: ref(id),
      FunctionVersion: attribute(`${id}Version`, 'Version'),
      Name: AutoPublishAlias,
    });
  }
  const events = Object.entries(recordOf(Events)).map(([name, event]): SamEvent => {
    const { Type, Properties } = recordOf(event);
    return { name, type: String(Type), properties: recordOf(Properties) };
  });
  const ofApis: ApiEvent[] = [];
  for (const event of events) {
    const { RestApiId, ApiId } = event.properties;
    const ofFunction = { ...event, functionId: id, condition: from.resource.Condition };
    if (event.type === 'Api') ofApis.push({ ...ofFunction, apiId: idOf(RestApiId, IMPLICIT_REST_API) });
    else if (event.type === 'HttpApi') ofApis.push({ ...ofFunction, apiId: idOf(ApiId, IMPLICIT_HTTP_API) });
    else addEvent(expansion, from, event);
  }
  return ofApis;
}
