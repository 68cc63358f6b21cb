/** CloudWatch Logs: log groups, and the events logged while the program runs. */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, type JsonInput, type JsonOperation, textOf } from '../rest/json-service.ts';
import { pageOf } from '../rest/paging.ts';
import { eventOperations } from './event-operations.ts';
import type { LogGroup, LogGroups } from './log-groups.ts';

/** Maximum number of groups per page. API reference, DescribeLogGroups. */
const PAGE = 50;

export interface LogsOptions {
  logGroups: LogGroups;
  accountId: string;
  region: string;
}

export function createLogs({ logGroups, accountId, region }: LogsOptions): AwsService {
  const arnOf = (name: string): string => `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
  const show = ({ name, createdAt, retentionDays }: LogGroup): object => ({
    logGroupName: name,
    creationTime: createdAt,
    ...(retentionDays === undefined ? {} : { retentionInDays: retentionDays }),
    metricFilterCount: 0,
    arn: `${arnOf(name)}:*`,
    logGroupArn: arnOf(name),
    logGroupClass: 'STANDARD',
    storedBytes: 0,
  });
  const nameIn = (input: JsonInput): string => textOf(input, 'logGroupName');
  const operations: Record<string, JsonOperation> = {
    CreateLogGroup(input) {
      logGroups.create(nameIn(input));
      return {};
    },
    DescribeLogGroups(input) {
      const { logGroupNamePrefix: prefix = '', logGroupNamePattern: pattern = '', limit = PAGE } = input;
      const found = logGroups
        .list()
        .filter(({ name }) => name.startsWith(String(prefix)) && name.includes(String(pattern)));
      const token = input.nextToken as string | undefined;
      const { items, nextToken } = pageOf(found, ({ name }) => name, Number(limit), token);
      return { logGroups: items.map(show), ...(nextToken ? { nextToken } : {}) };
    },
    DeleteLogGroup(input) {
      logGroups.delete(nameIn(input));
      return {};
    },
    PutRetentionPolicy(input) {
      logGroups.retain(nameIn(input), Number(input.retentionInDays));
      return {};
    },
    DeleteRetentionPolicy(input) {
      logGroups.retain(nameIn(input), undefined);
      return {};
    },
    PutResourcePolicy: (input) => ({
      resourcePolicy: logGroups.putPolicy(textOf(input, 'policyName'), textOf(input, 'policyDocument')),
    }),
    DescribeResourcePolicies: () => ({ resourcePolicies: logGroups.policies.values() }),
    DeleteResourcePolicy(input) {
      const name = textOf(input, 'policyName');
      if (logGroups.policies.has(name)) logGroups.policies.delete(name);
      else throw new ApiError(400, 'ResourceNotFoundException', `There is no resource policy ${name}.`);
      return {};
    },
    ...eventOperations(logGroups),
    ListTagsForResource: () => ({ tags: {} }),
    TagResource: () => ({}),
    UntagResource: () => ({}),
  };
  return createJsonService('CloudWatch Logs', ['logs'], operations, ({ logGroupName }) =>
    typeof logGroupName === 'string' ? [`${arnOf(logGroupName)}:*`] : [],
  );
}
