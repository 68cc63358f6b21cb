/**
 * The errors of Amazon SQS under their names in the JSON protocol; the query protocol has older names for
 * some.
 */
import { ApiError } from '../rest/api-error.ts';

export const noSuchQueue = (): ApiError =>
  new ApiError(400, 'QueueDoesNotExist', 'The specified queue does not exist.');

export const invalidValue = (message: string): ApiError =>
  new ApiError(400, 'InvalidParameterValue', message);

/** The names in the query protocol (Smithy, `awsQueryError`). */
export const QUERY_NAMES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};
