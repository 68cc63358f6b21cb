/**
 * Limits on the input of operations, checked before anything else is done: lists are often walked once for
 * each of their items, on the thread that also handles call signalling.
 */
import { ApiError } from './api-error.ts';

/**
 * Maximum number of members of a list or map, or of characters in a text; with the service's error if it is
 * not its usual one.
 */
interface Limit {
  most: number;
  code?: string;
  message?: (given: number) => string;
}

/**
 * Maximum number of members of any other list or map. API references: AddTagsToResource accepts the most
 * tags, 1,000.
 */
export const MAX_MEMBERS = 1_000;

/** The error codes for a member that is too long, for services that do not use ValidationException. */
const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    logs: 'InvalidParameterException',
    'cognito-idp': 'InvalidParameterException',
    ecr: 'InvalidParameterException',
    monitoring: 'InvalidParameterValue',
    sns: 'InvalidParameter',
    sqs: 'InvalidParameterValue',
  }),
);

const sqsBatch: Limit = {
  most: 10,
  code: 'TooManyEntriesInBatchRequest',
  message: (given) => `Maximum number of entries per request are 10. You have sent ${given}.`,
};
const sqsTags: Limit = { most: 50, message: () => 'Too many tags added for queue.' };
const snsTags: Limit = {
  most: 50,
  code: 'TagLimitExceeded',
  message: () => 'Could not complete request: tag quota of per resource exceeded',
};
/**
 * Maximum number of characters in a state machine's input or a task's output. Step Functions developer guide,
 * "Quotas": 256 KiB.
 */
const stateText: Limit = { most: 262_144 };

/**
 * The limits by service, operation and member. API references; for event patterns: EventBridge user guide,
 * "Quotas".
 */
const LIMITS: Readonly<Record<string, Readonly<Record<string, Limit>>>> = {
  ecr: {
    'DescribeImages.imageIds': { most: 100 },
    'DescribeRepositories.repositoryNames': { most: 100 },
  },
  events: {
    'PutEvents.Entries': { most: 10 },
    'PutRule.EventPattern': { most: 4_096 },
    'PutTargets.Targets': { most: 100 },
    'RemoveTargets.Ids': { most: 100 },
    'TestEventPattern.EventPattern': { most: 4_096 },
    'TestEventPattern.Event': { most: 262_144 },
  },
  logs: {
    'CreateLogGroup.tags': { most: 50 },
    'DescribeLogGroups.logGroupIdentifiers': { most: 50 },
    'FilterLogEvents.filterPattern': { most: 1_024 },
    'FilterLogEvents.logStreamNames': { most: 100 },
    'PutLogEvents.logEvents': { most: 10_000 },
    'PutResourcePolicy.policyDocument': { most: 5_120 },
    'TagResource.tags': { most: 50 },
    'UntagResource.tagKeys': { most: 50 },
  },
  secretsmanager: {
    'BatchGetSecretValue.Filters': { most: 10 },
    'BatchGetSecretValue.SecretIdList': { most: 20 },
    'ListSecrets.Filters': { most: 10 },
    'PutSecretValue.VersionStages': { most: 20 },
  },
  sns: {
    'CreateTopic.Tags': snsTags,
    'PublishBatch.PublishBatchRequestEntries': {
      most: 10,
      code: 'TooManyEntriesInBatchRequest',
      message: () => 'The batch request contains more entries than permissible (more than 10).',
    },
    'TagResource.Tags': snsTags,
  },
  sqs: {
    'ChangeMessageVisibilityBatch.Entries': sqsBatch,
    'CreateQueue.tags': sqsTags,
    'DeleteMessageBatch.Entries': sqsBatch,
    'SendMessageBatch.Entries': sqsBatch,
    'TagQueue.Tags': sqsTags,
    'UntagQueue.TagKeys': sqsTags,
  },
  ssm: {
    'DeleteParameters.Names': { most: 10 },
    'GetParameters.Names': { most: 10 },
  },
  states: {
    'SendTaskSuccess.output': stateText,
    'StartExecution.input': stateText,
    'StartSyncExecution.input': stateText,
  },
};

/** @throws ApiError with the service's code if a member of the input is longer than the operation allows */
export function checkInputSize(
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): void {
  const own = Object.hasOwn(LIMITS, service) ? LIMITS[service] : undefined;
  for (const [member, value] of Object.entries(input)) {
    const name = `${operation}.${member}`;
    const listed = own && Object.hasOwn(own, name) ? own[name] : undefined;
    const limit = listed ?? (typeof value === 'string' ? undefined : { most: MAX_MEMBERS });
    const given = sizeOf(value);
    if (!limit || given <= limit.most) continue;
    const code = limit.code ?? CODES.get(service) ?? 'ValidationException';
    throw new ApiError(400, code, limit.message?.(given) ?? tooLong(member, limit.most));
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

/** The message of services that validate inputs against their models. */
function tooLong(member: string, most: number): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return (
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ` +
    `Member must have length less than or equal to ${most}`
  );
}
