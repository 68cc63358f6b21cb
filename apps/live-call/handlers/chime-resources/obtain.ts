/**
 * Obtains a number for a request: one that the stack has already, one that it kept or released recently, or a
 * new one.
 */
import {
  type PhoneNumber,
  type PhoneNumberOrder,
  SearchAvailablePhoneNumbersCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import { type Account, idOf, isArriving, isHere, isLeaving, neverCame, patiently } from './account.ts';
import { giveUpOrder, releasing } from './give-up.ts';
import { fits, inWords, type NumberRequest } from './number-request.ts';
import { buy, ordersOf } from './order.ts';
import { isKept, isOurs, nameFor, nameOfKept, type Owner } from './ownership.ts';
import { ONE_MINUTE_MS, TimeIsUp } from './patience.ts';
import { keepIfWanted, type StillWanted } from './still-wanted.ts';

/** Numbers to search for: another account may take one between search and order. */
const CANDIDATES = 5;

export interface Need {
  owner: Owner;
  wanted: NumberRequest;
  /** The number that the new one is to replace. */
  insteadOf?: string;
  /** Called before anything is changed, and again after each change that costs money. */
  stillWanted: StillWanted;
}

/** Returns the number as E.164. Buys one only when there is no other way. */
export async function obtain(account: Account, need: Need): Promise<string> {
  const name = nameFor(need.owner, need.wanted, need.insteadOf);
  await need.stillWanted();
  await untilOrdersAreOver(account, need.owner);
  const numbers = (await account.numbers()).filter((number) => isFitting(number, need));
  const begun = numbers.filter((number) => isBegun(number, need, name)).sort(byAge)[0];
  if (begun) return arrived(account, begun);
  const kept = numbers.find((number) => isKept(need.owner, number.Name) && number.Status === 'Unassigned');
  if (kept) return takenUp(account, need, idOf(kept), name);
  const released = numbers.filter(isLeaving).sort((a, b) => releasedAt(b) - releasedAt(a));
  for (const number of released) {
    if (await account.restore(idOf(number))) return hadBack(account, need, idOf(number), name);
  }
  return purchase(account, need, name);
}

function isFitting(number: PhoneNumber, { owner, wanted, insteadOf }: Need): boolean {
  const id = idOf(number);
  return isOurs(owner, number.Name) && id !== insteadOf && fits(id, wanted);
}

/** Whether the number came from an earlier attempt of the same request. */
function isBegun(number: PhoneNumber, { owner, insteadOf }: Need, name: string): boolean {
  if (!isHere(number) || isKept(owner, number.Name)) return false;
  return insteadOf === undefined || number.Name === name;
}

function byAge(a: PhoneNumber, b: PhoneNumber): number {
  const age = (a.CreatedTimestamp?.getTime() ?? 0) - (b.CreatedTimestamp?.getTime() ?? 0);
  return age || idOf(a).localeCompare(idOf(b));
}

function releasedAt(number: PhoneNumber): number {
  return number.DeletionTimestamp?.getTime() ?? 0;
}

/**
 * Waits until earlier orders have ended. An order does not show its name, so one that is under way may be an
 * earlier attempt of this very request; its number will tell. A minute is enough for what is on its way, and
 * a later attempt would find it all the same.
 */
async function untilOrdersAreOver(account: Account, owner: Owner): Promise<void> {
  const waiting = account.patience.fresh(ONE_MINUTE_MS);
  try {
    while ((await ordersOf(account, owner)).length > 0) await waiting.wait('earlier orders');
  } catch (error) {
    if (!(error instanceof TimeIsUp)) throw error;
  }
}

/** A kept number becomes the stack's; if the stack no longer wants it, it becomes a kept one again. */
async function takenUp(account: Account, need: Need, number: string, name: string): Promise<string> {
  await account.rename(number, name);
  await keepIfWanted(need.stillWanted, () => account.rename(number, nameOfKept(need.owner)));
  return number;
}

/**
 * A number from the deletion queue becomes the stack's again; if it is no longer wanted, it goes back into
 * the queue.
 */
async function hadBack(account: Account, need: Need, number: string, name: string): Promise<string> {
  await keepIfWanted(need.stillWanted, () => account.release(number));
  await account.rename(number, name);
  return number;
}

async function arrived(account: Account, number: PhoneNumber): Promise<string> {
  const waiting = account.patience.fresh();
  let found: PhoneNumber | undefined = number;
  while (found && isArriving(found)) {
    await waiting.wait(`${idOf(number)} to arrive in the inventory`);
    found = await account.number(idOf(number));
  }
  if (found && isHere(found)) return idOf(number);
  throw new Error(`${idOf(number)} did not stay in the account: ${found?.Status ?? 'it is gone'}.`);
}

async function purchase(account: Account, need: Need, name: string): Promise<string> {
  const candidates = await search(account, need.wanted);
  if (candidates.length === 0) {
    throw new Error(`No number of that kind is for sale: ${inWords(need.wanted)}. Choose another area code.`);
  }
  for (const number of candidates) {
    const giveUp = ({ PhoneNumberOrderId: orderId }: PhoneNumberOrder): Promise<void> =>
      orderId === undefined
        ? account.release(number)
        : giveUpOrder(account, { orderId, number }, need.owner, releasing(account));
    const bought = await buy(account, { number, name }, (order = {}) =>
      keepIfWanted(need.stillWanted, () => giveUp(order)),
    );
    if (bought) return oldest(account, number, name);
  }
  throw new Error(`None of ${candidates.length} numbers could be bought: try again.`);
}

async function search(account: Account, wanted: NumberRequest): Promise<string[]> {
  const command = () =>
    new SearchAvailablePhoneNumbersCommand({
      Country: wanted.country,
      PhoneNumberType: wanted.type,
      ...(wanted.areaCode === undefined
        ? {}
        : wanted.type === 'TollFree'
          ? { TollFreePrefix: wanted.areaCode }
          : { AreaCode: wanted.areaCode }),
      MaxResults: CANDIDATES,
    });
  const { E164PhoneNumbers = [] } = await patiently(
    account.patience,
    'the search for a number',
    (abortSignal) => account.client.send(command(), { abortSignal }),
  );
  return E164PhoneNumbers;
}

/**
 * The same request may run twice at once, and both runs may have bought: the oldest number stays, and the
 * younger one is given up.
 */
async function oldest(account: Account, bought: string, name: string): Promise<string> {
  const same = (await account.numbers()).filter((number) => number.Name === name && !neverCame(number));
  const first = same.filter((number) => !isLeaving(number)).sort(byAge)[0];
  if (first === undefined || idOf(first) === bought) return bought;
  await account.release(bought);
  return arrived(account, first);
}
