/**
 * Orders of operators' pages, in the table `callUpdates`, so that each is carried out once. Items: `pk` = `order`,
 * `sk` = the order id, which the page has made for the click:
 *
 * | member      | what                                                                                        |
 * |-------------|---------------------------------------------------------------------------------------------|
 * | `updateId`  | the update that carries it out, however often it is tried: the handler acts on an id once   |
 * | `print`     | tells whether an order with the same id is the same order                                   |
 * | `#state`    | `sending`, `accepted`, or `open`: it was not accepted, and may be tried again               |
 * | `claimedAt` | when its sender began, in milliseconds since the epoch                                      |
 *
 * The Python twin's `aws_ports.py` does the same.
 */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { UPDATE_RECORD_MS } from './call-updates.ts';
import { conditional, expiry } from './document-client.ts';

const ORDERS = 'order';
/** Milliseconds after which the sender of an order is considered gone: a function of the API has 10 s. */
export const SENDER_GONE_MS = 15_000;

/** The outcome of claiming an order. `mine`: the caller must send it, as this update. */
export type OrderClaim =
  | { kind: 'mine'; updateId: string }
  | { kind: 'accepted'; updateId: string; acceptedAt: string }
  | { kind: 'underWay' }
  | { kind: 'another' };

export class OrdersTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /**
   * Of several requests with the same order at once, only one claims it. `updateId` is the id to use if the
   * order has none yet.
   */
  async claim(orderId: string, order: { updateId: string; print: string }, now: number): Promise<OrderClaim> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: key(orderId),
          UpdateExpression:
            'SET updateId = if_not_exists(updateId, :updateId), print = :print, #state = :sending, claimedAt = :now, expiresAt = :expiresAt',
          ConditionExpression:
            'attribute_not_exists(pk) OR (print = :print AND (#state = :open OR (#state = :sending AND claimedAt < :gone)))',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':updateId': { S: order.updateId },
            ':print': { S: order.print },
            ':sending': { S: 'sending' },
            ':open': { S: 'open' },
            ':now': { N: String(now) },
            ':gone': { N: String(now - SENDER_GONE_MS) },
            ':expiresAt': { N: String(expiry(now, UPDATE_RECORD_MS)) },
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return { kind: 'mine', updateId: Attributes?.updateId?.S ?? order.updateId };
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    }
    const { Item = {} } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: key(orderId), ConsistentRead: true }),
    );
    if (Item.print?.S !== order.print) return { kind: 'another' };
    if (Item.state?.S !== 'accepted') return { kind: 'underWay' };
    return { kind: 'accepted', updateId: Item.updateId?.S ?? '', acceptedAt: Item.acceptedAt?.S ?? '' };
  }

  /** Records that the voice service has accepted the update. */
  async accepted(orderId: string, acceptedAt: string): Promise<void> {
    await this.#set(orderId, 'accepted', acceptedAt);
  }

  /**
   * Records that the voice service has not accepted the update, or has not answered: the same order may be
   * given again.
   */
  async open(orderId: string): Promise<void> {
    await this.#set(orderId, 'open');
  }

  async #set(orderId: string, state: 'accepted' | 'open', acceptedAt?: string): Promise<void> {
    await conditional(
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: key(orderId),
          UpdateExpression: `SET #state = :state${acceptedAt === undefined ? '' : ', acceptedAt = :acceptedAt'}`,
          ConditionExpression: '#state = :sending',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':state': { S: state },
            ':sending': { S: 'sending' },
            ...(acceptedAt === undefined ? {} : { ':acceptedAt': { S: acceptedAt } }),
          },
        }),
      ),
    );
  }
}

function key(orderId: string) {
  return { pk: { S: ORDERS }, sk: { S: orderId } };
}
