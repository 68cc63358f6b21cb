import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

type TableName = 'meetingInfo' | 'meetingAccess' | 'callUpdates';
/** Item operations of DynamoDB by their IAM names. `Scan` is missing: nothing here may read a whole table. */
type Operation = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/**
 * The tables, which hold everything that outlives an invocation. Each table has the keys `pk` and `sk` and
 * the TTL attribute `expiresAt` (seconds since the epoch); `handlers/tables/` describes their items.
 */
export class CallTables {
  /** Who is in which meeting now: one row for each call. */
  readonly meetingInfo: Table;
  /** Meetings by PIN, and counts of wrong guesses. */
  readonly meetingAccess: Table;
  /** How far each update has come; kept for an hour. */
  readonly callUpdates: Table;

  constructor(scope: Construct) {
    this.meetingInfo = table(scope, 'meetingInfo');
    this.meetingAccess = table(scope, 'meetingAccess');
    this.callUpdates = table(scope, 'callUpdates');
  }

  /** Grants the function exactly these operations on that table. */
  grant(to: LambdaFunction, name: TableName, operations: Operation[]): void {
    to.addToRolePolicy(
      new PolicyStatement({
        actions: operations.map((operation) => `dynamodb:${operation}`),
        resources: [this[name].tableArn],
      }),
    );
  }
}

function table(scope: Construct, id: TableName): Table {
  return new Table(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.DEFAULT,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
