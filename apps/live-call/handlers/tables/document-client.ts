import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Milliseconds for a connection and for an answer: a table that is slower than this has lost the call. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 3_000 } as const;

const SETTINGS = { maxAttempts: 3, requestHandler: TIMEOUTS } as const;

/** One client for the life of the process; its connections are kept. */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(SETTINGS), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/**
 * For writes that a caller waits for: attribute values as DynamoDB has them, and the client's middleware put
 * together once for each operation. That saves a quarter of the time which the SDK itself takes. Not for a
 * document client: its commands would all send what the first one sent.
 */
export function quickClient(): DynamoDBClient {
  return new DynamoDBClient({ ...SETTINGS, cacheMiddleware: true });
}

/** A write whose condition did not hold. For most of ours that is an answer, not an error. */
function isConditionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ConditionalCheckFailedException' || error.name === 'TransactionCanceledException';
}

/** Of a cancelled transaction: a reason for each part, `None` where that part was not the cause. Else undefined. */
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

/** Seconds since the epoch, `milliseconds` after `now`: what a TTL attribute holds. */
export function expiry(now: number, milliseconds: number): number {
  return Math.ceil((now + milliseconds) / 1000);
}
