/** Finds and gives up what a stack has, or may have, when its id is not known: by name, and by its orders. */
import type { PhoneNumber, PhoneNumberOrder } from '@aws-sdk/client-chime-sdk-voice';
import { type Account, idOf, isArriving, isHere } from './account.ts';
import { isOver, numbersOf, ordersOf } from './order.ts';
import { isKept, isOurs, nameOfKept, type Owner } from './ownership.ts';
import { ONE_MINUTE_MS } from './patience.ts';

/** What to do with a number that its stack gives up. */
export type GiveUp = (number: string) => Promise<void>;

export function releasing(account: Account): GiveUp {
  return (number) => account.release(number);
}

/** Keeps the number in the account, under a name that says so and that the next stack of the same name looks for. */
export function keeping(account: Account, owner: Owner): GiveUp {
  return async (number) => {
    const found = await account.number(number);
    // A name that somebody else has given it is left alone, and so is a number that is leaving the account.
    if (found && isHere(found) && isOurs(owner, found.Name)) await account.rename(number, nameOfKept(owner));
  };
}

/** Gives up all numbers of that owner except the kept ones, and waits for those that are still arriving. */
export async function giveUpAll(
  account: Account,
  owner: Owner,
  giveUp: GiveUp,
  isMeant: (number: PhoneNumber) => boolean = () => true,
): Promise<void> {
  const waiting = account.patience.fresh();
  for (;;) {
    // Orders are listed first: if one ends between the two requests, its number is in the second answer.
    const orders = await ordersOf(account, owner);
    const own = (await account.numbers()).filter(
      (number) =>
        isOurs(owner, number.Name) && !isKept(owner, number.Name) && isHere(number) && isMeant(number),
    );
    for (const number of own) {
      if (!isArriving(number)) await giveUp(idOf(number));
    }
    const arriving = own.filter(isArriving).map(idOf);
    if (arriving.length === 0 && orders.length === 0) return;
    const expected = [...arriving, ...orders.flatMap(numbersOf)];
    await waiting.wait(`${[...new Set(expected)].join(', ')} to arrive, so that it can be given up`);
  }
}

/** Gives up the number of an order that was still under way when its request ended. */
export async function giveUpOrder(
  account: Account,
  { orderId, number }: { orderId: string; number: string },
  owner: Owner,
  giveUp: GiveUp,
): Promise<void> {
  const waiting = account.patience.fresh();
  const soon = account.patience.fresh(ONE_MINUTE_MS);
  for (;;) {
    const order = await account.order(orderId);
    const found = await account.number(number);
    if (found?.Name && !isOurs(owner, found.Name)) return;
    if (found && !isArriving(found)) {
      if (isHere(found)) await giveUp(number);
      return;
    }
    if (!found && (order === undefined || isWithout(order, number))) return;
    const what = `${number} of order ${orderId} (${order?.Status}) to arrive, so that it can be given up`;
    if (order && isOver(order) && !found) {
      // The number should be there by now; if it is not after a minute, it will not come.
      if (await isTooLate(() => soon.wait(what))) return;
    } else {
      await waiting.wait(what);
    }
  }
}

function isWithout(order: PhoneNumberOrder, number: string): boolean {
  if (order.Status === 'Failed' || order.Status === 'Cancelled') return true;
  const entry = order.OrderedPhoneNumbers?.find(({ E164PhoneNumber }) => E164PhoneNumber === number);
  return order.Status === 'Partial' && entry?.Status === 'Failed';
}

async function isTooLate(wait: () => Promise<void>): Promise<boolean> {
  return wait().then(
    () => false,
    () => true,
  );
}
