/**
 * The actions and resources that IAM is asked about for a Lambda request. Source: Service Authorization
 * Reference, AWS Lambda.
 */
import type { FunctionSpec } from '#lambda-runner';
import type { AccessQuestion } from '../iam/access.ts';
import type { AwsRequest } from '../ports.ts';
import { functionNameOf } from './function-documents.ts';
import type { FunctionPolicies } from './function-policies.ts';

const FUNCTIONS = '/2015-03-31/functions';

/** The actions by HTTP method and the part of the function that the path names. */
const ACTIONS: Readonly<Record<string, string>> = {
  'POST invocations': 'InvokeFunction',
  'GET configuration': 'GetFunctionConfiguration',
  GET: 'GetFunction',
  'POST policy': 'AddPermission',
  'DELETE policy': 'RemovePermission',
  'GET policy': 'GetPolicy',
};

export interface LambdaAccess {
  find(nameOrArn: string): FunctionSpec | undefined;
  policies: FunctionPolicies;
  accountId: string;
  region: string;
}

export function lambdaQuestions(
  { method, rawPath, rawQuery }: Pick<AwsRequest, 'method' | 'rawPath' | 'rawQuery'>,
  { find, policies, accountId, region }: LambdaAccess,
): AccessQuestion[] {
  if (!rawPath.startsWith(FUNCTIONS)) return [];
  const [rawName = '', what] = rawPath.slice(FUNCTIONS.length).split('/').slice(1);
  if (rawName === '') return [{ action: 'lambda:ListFunctions', resources: ['*'] }];
  const name = functionNameOf(decodeURIComponent(rawName));
  const spec = find(name);
  const plain = spec?.arn ?? `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const given = name.split(':').at(-1);
  const qualifier =
    new URLSearchParams(rawQuery).get('Qualifier') ??
    (spec && given !== spec.functionName && name.includes(':') ? given : undefined);
  const arn = qualifier ? `${plain}:${qualifier}` : plain;
  const action = ACTIONS[`${method} ${what ?? ''}`.trim()];
  if (!action) return [];
  return [
    {
      action: `lambda:${action}`,
      resources: [arn],
      ...(spec ? { resourcePolicy: policies.document(spec.functionName, spec.arn) } : {}),
      context: { 'lambda:functionarn': [plain], 'lambda:principal': undefined },
    },
  ];
}
