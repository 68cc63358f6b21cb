import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Milliseconds allowed for a connection and for an answer: with a slower table the call is lost anyway. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 3_000 } as const;

const SETTINGS = { maxAttempts: 3, requestHandler: TIMEOUTS } as const;

/** A client for the lifetime of the process; its connections are kept. */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(SETTINGS), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/**
 * For writes that a caller waits for: it takes attribute values in DynamoDB's own form, and builds the
 * client's middleware once for each operation. That saves a quarter of the time that the SDK itself takes. It
 * must not be used for a document client: its commands would all send what the first one sent.
 */
export function quickClient(): DynamoDBClient {
  return new DynamoDBClient({ ...SETTINGS, cacheMiddleware: true });
}

/** A write whose condition did not hold. For most of our writes that is an answer, not an error. */
function isConditionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ConditionalCheckFailedException' || error.name === 'TransactionCanceledException';
}

/**
 * The reasons of a cancelled transaction, one for each part, `None` where that part was not the cause.
 * Undefined for other errors.
 */
export function cancellationReasons(error: unknown): string[] | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}

/** Runs a conditional write: true when it was done, false when the condition did not hold. */
export async function conditional(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

/** The time `milliseconds` after `now`, in seconds since the epoch: the value of a TTL attribute. */
export function expiry(now: number, milliseconds: number): number {
  return Math.ceil((now + milliseconds) / 1000);
}
