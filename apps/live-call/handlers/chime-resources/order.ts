/** Buys one number: an order is sent once and followed until the number is in the inventory or cannot be had. */
import {
  CreatePhoneNumberOrderCommand,
  type PhoneNumber,
  type PhoneNumberOrder,
} from '@aws-sdk/client-chime-sdk-voice';
import { type Account, idOf, isArriving, isHere, isLeaving, neverCame, PRODUCT } from './account.ts';
import { Unfinished } from './custom-resource.ts';
import { isConflict, isRefusal, isThrottled, said } from './failures.ts';
import { isOurs, type Owner } from './ownership.ts';
import { ONE_MINUTE_MS, type Patience } from './patience.ts';

/** An order in one of these states proceeds by itself, within seconds or minutes. */
const UNDER_WAY = new Set(['Processing', 'Submitted']);
/** An order in one of these states has ended. */
const OVER = new Set(['Successful', 'Failed', 'Partial', 'Cancelled', 'Exception']);

export function isUnderWay(order: PhoneNumberOrder): boolean {
  return UNDER_WAY.has(order.Status ?? '');
}

export function isOver(order: PhoneNumberOrder): boolean {
  return OVER.has(order.Status ?? '');
}

export function numbersOf(order: PhoneNumberOrder): string[] {
  return (order.OrderedPhoneNumbers ?? []).flatMap(({ E164PhoneNumber }) => E164PhoneNumber ?? []);
}

/** The physical id of a number whose order was still under way when the time was up. */
export function idOfOrder(orderId: string, number: string): string {
  return `order/${orderId}/${number}`;
}

export function orderOfId(physicalId: string): { orderId: string; number: string } | undefined {
  const [, orderId, number] = /^order\/([^/]+)\/(\+\d+)$/.exec(physicalId) ?? [];
  return orderId !== undefined && number !== undefined ? { orderId, number } : undefined;
}

/** Orders under way that may be this owner's: those with its own numbers, and those whose numbers are not known yet. */
export async function ordersOf(account: Account, owner: Owner): Promise<PhoneNumberOrder[]> {
  const open = (await account.orders()).filter((order) => isUnderWay(order) && order.OrderType !== 'Porting');
  if (open.length === 0) return [];
  const names = new Map((await account.numbers()).map((number) => [idOf(number), number.Name]));
  return open.filter((order) =>
    numbersOf(order).some((number) => !names.get(number) || isOurs(owner, names.get(number))),
  );
}

interface Ordered {
  number: string;
  name: string;
}

/**
 * Buys that number under that name. `onPlaced` is called before the wait and may stop it. False: somebody
 * else has the number.
 */
export async function buy(
  account: Account,
  { number, name }: Ordered,
  onPlaced: (order: PhoneNumberOrder | undefined) => Promise<void>,
): Promise<boolean> {
  const order = await place(account, number, name);
  try {
    await onPlaced(order);
    return await follow(account, { number, name }, order);
  } catch (error) {
    const id = order?.PhoneNumberOrderId;
    throw id === undefined ? error : new Unfinished(idOfOrder(id, number), error);
  }
}

/**
 * Sends the order, which has no token that would make it safe to repeat. An order that was refused only for
 * now is sent again; after any other answer the order, or its number, is looked for first. It is always the
 * same number that is ordered again: it exists only once, so it cannot be bought twice. Undefined: the number
 * is there, but its order is not known.
 */
async function place(account: Account, number: string, name: string): Promise<PhoneNumberOrder | undefined> {
  const waiting = account.patience.fresh();
  for (;;) {
    try {
      return await sendOnce(account, number, name);
    } catch (error) {
      const passing = isThrottled(error) || isConflict(error);
      if (isRefusal(error) && !passing) throw error;
      await waiting.wait(`the order of ${number} (${said(error)})`);
      const found = await lookFor(
        account,
        number,
        passing ? undefined : account.patience.fresh(ONE_MINUTE_MS),
      );
      if (found !== undefined) return found.order;
    }
  }
}

async function sendOnce(account: Account, number: string, name: string): Promise<PhoneNumberOrder> {
  const command = new CreatePhoneNumberOrderCommand({
    ProductType: PRODUCT,
    E164PhoneNumbers: [number],
    Name: name,
  });
  let failure: unknown;
  // The client would repeat the request by itself. This middleware sits behind the client's retries and lets
  // one request through.
  command.middlewareStack.add(
    (next) => async (args) => {
      if (failure !== undefined) throw new Error(`not sent twice: ${said(failure)}`, { cause: failure });
      try {
        return await next(args);
      } catch (error) {
        if (!isThrottled(error)) failure = error;
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'sendOnce' },
  );
  const answer = await account.client.send(command, { abortSignal: account.patience.signal() });
  if (!answer.PhoneNumberOrder?.PhoneNumberOrderId) throw new Error('CreatePhoneNumberOrder gave no order');
  return answer.PhoneNumberOrder;
}

/**
 * What an unanswered order has left behind: an order for the number, or the number. Looks once, or for as
 * long as `waiting` lasts.
 */
async function lookFor(
  account: Account,
  number: string,
  waiting: Patience | undefined,
): Promise<{ order: PhoneNumberOrder | undefined } | undefined> {
  for (;;) {
    const orders = (await account.orders()).filter((order) => numbersOf(order).includes(number));
    const open = orders.find((order) => order.Status !== 'Failed');
    const owned = await account.number(number);
    if (open && (owned || !isOver(open))) return { order: open };
    if (owned && isHere(owned)) return { order: undefined };
    if (waiting === undefined || (await isTimeUp(waiting, number))) return undefined;
  }
}

async function isTimeUp(waiting: Patience, number: string): Promise<boolean> {
  try {
    await waiting.wait(`the order of ${number}`);
    return false;
  } catch {
    return true;
  }
}

/** Waits until the number is in the inventory, which decides; the order only says whether to go on waiting. */
async function follow(
  account: Account,
  { number, name }: Ordered,
  placed: PhoneNumberOrder | undefined,
): Promise<boolean> {
  const waiting = account.patience.fresh();
  const unclear = account.patience.fresh(ONE_MINUTE_MS);
  let order = placed;
  for (;;) {
    const found = order && isUnderWay(order) ? undefined : await account.number(number);
    if (found && isNamed(found)) {
      // Another stack of this account may have ordered the same number at the same moment.
      if (found.Name !== name) return false;
      checkOwn(found);
      if (!isArriving(found)) return true;
    } else if (!found && order && hasFailed(order, number)) {
      return false;
    } else if (order && !isUnderWay(order) && !isExpected(order, number)) {
      await unclear.wait(`${number}: its order ${order.PhoneNumberOrderId} is ${order.Status}`);
    }
    await waiting.wait(
      order && isUnderWay(order) ? `the order of ${number}` : `${number} to arrive in the inventory`,
    );
    if (order && order.Status !== 'Successful') {
      order = (await account.order(order.PhoneNumberOrderId ?? '')) ?? order;
    }
  }
}

function isNamed(found: PhoneNumber): boolean {
  return found.Name !== undefined && found.Name !== '';
}

function checkOwn(found: PhoneNumber): void {
  const number = found.E164PhoneNumber;
  if (neverCame(found)) throw new Error(`${number} was not acquired: ${found.Status}.`);
  if (isLeaving(found))
    throw new Error(`${number} was released while it was being acquired: ${found.Status}.`);
}

/** Somebody else has the number: the next one may be ordered. */
function hasFailed(order: PhoneNumberOrder, number: string): boolean {
  return order.Status === 'Failed' || (order.Status === 'Partial' && statusIn(order, number) === 'Failed');
}

/** The order says that the number will come. */
function isExpected(order: PhoneNumberOrder, number: string): boolean {
  return (
    order.Status === 'Successful' || (order.Status === 'Partial' && statusIn(order, number) === 'Acquired')
  );
}

function statusIn(order: PhoneNumberOrder, number: string): string | undefined {
  return order.OrderedPhoneNumbers?.find(({ E164PhoneNumber }) => E164PhoneNumber === number)?.Status;
}
