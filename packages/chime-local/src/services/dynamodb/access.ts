/**
 * The actions and resources that IAM is asked about for a DynamoDB request. Source: Service Authorization
 * Reference, Amazon DynamoDB.
 */
import type { AccessQuestion } from '../iam/access.ts';

/** Operations that do not concern a particular table. */
const WITHOUT_TABLE = new Set([
  'ListTables',
  'DescribeLimits',
  'DescribeEndpoints',
  'ListBackups',
  'ListGlobalTables',
]);
/** The actions as which the parts of a transaction are authorised. */
const PARTS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

type Input = Record<string, unknown>;
type Home = { accountId: string; region: string };

export function dynamoDbQuestions(operation: string, input: Input, home: Home): AccessQuestion[] {
  const arn = (table: unknown): string =>
    String(table).startsWith('arn:')
      ? String(table)
      : `arn:aws:dynamodb:${home.region}:${home.accountId}:table/${table}`;
  const ask = (action: string, table: unknown, context: AccessQuestion['context'] = {}): AccessQuestion => ({
    action: `dynamodb:${action}`,
    resources: [arn(table)],
    context: { 'dynamodb:leadingkeys': undefined, 'dynamodb:attributes': undefined, ...context },
  });
  if (WITHOUT_TABLE.has(operation)) return [{ action: `dynamodb:${operation}`, resources: ['*'] }];
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return ((input.TransactItems ?? []) as Record<string, Input>[]).flatMap((item) =>
      Object.entries(item ?? {}).flatMap(([part, inner]) =>
        PARTS[part] ? [ask(PARTS[part], inner?.TableName)] : [],
      ),
    );
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.keys((input.RequestItems ?? {}) as object).map((table) => ask(operation, table));
  }
  const table = input.TableName ?? input.ResourceArn;
  if (table === undefined) return [{ action: `dynamodb:${operation}`, resources: ['*'] }];
  const question = ask(operation, table, contextOf(input));
  if (input.IndexName === undefined) return [question];
  return [{ ...question, resources: [`${arn(table)}/index/${input.IndexName}`] }];
}

function contextOf({ Select, ReturnValues }: Input): AccessQuestion['context'] {
  return {
    'dynamodb:select': typeof Select === 'string' ? [Select] : undefined,
    'dynamodb:returnvalues': typeof ReturnValues === 'string' ? [ReturnValues] : undefined,
  };
}
