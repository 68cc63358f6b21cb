/**
 * `Custom::ChimePhoneNumber`: a telephone number that can reach a SIP media application.
 *
 * Properties: `Country`, `PhoneNumberType` (`Local`, `TollFree`), `AreaCode`: any number fits what is left out. `Number`: use
 * this number of the account, and never release it. `ReplaceNumber`: the number that may go when it does not fit the
 * request any more; without it a number is never replaced. `ReleaseOnDelete`: `false` keeps the number.
 *
 * Physical ids: `+12065550100`, bought; `inventory/+12065550100`, the account's own; `order/ID/+12065550100`, not there yet.
 */
import type { ChimeSDKVoiceClient, PhoneNumber } from '@aws-sdk/client-chime-sdk-voice';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Account, isHere, isLeaving, PRODUCT } from './account.ts';
import type { CustomResourceEvent, Provisioned, Resource } from './custom-resource.ts';
import { type GiveUp, giveUpAll, giveUpOrder, keeping, releasing } from './give-up.ts';
import { fits, inWords, isE164, type NumberRequest, readNumberRequest } from './number-request.ts';
import { type Need, obtain } from './obtain.ts';
import { orderOfId } from './order.ts';
import { isInsteadOf, isKept, isOurs, ownerOf } from './ownership.ts';
import type { Patience } from './patience.ts';
import { stillWantedBy } from './still-wanted.ts';

const OF_THE_INVENTORY = 'inventory/';

export class PhoneNumberResource implements Resource {
  readonly #client: ChimeSDKVoiceClient;
  readonly #stacks: CloudFormationClient;

  constructor(client: ChimeSDKVoiceClient, stacks: CloudFormationClient) {
    this.#client = client;
    this.#stacks = stacks;
  }

  async create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned> {
    const account = new Account(this.#client, patience);
    const wanted = readNumberRequest(event.ResourceProperties);
    if (wanted.number !== undefined) return borrowed(account, wanted.number);
    return described(await obtain(account, this.#need(event, wanted, patience)));
  }

  async update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned> {
    const account = new Account(this.#client, patience);
    const current = numberOf(physicalId);
    if (current === undefined) return this.create(event, patience);
    const before = await returnsTo(account, event, current);
    if (before !== undefined) return before;
    const wanted = readNumberRequest(event.ResourceProperties);
    const mayGo = event.ResourceProperties.ReplaceNumber === current;
    if (fits(current, wanted)) {
      if (await isStillThere(account, current)) {
        await giveUpReplacement(account, event, current);
        return described(current, physicalId);
      }
      if (!mayGo) throw new Error(`${current} is no longer in the account. ${howToReplace(current)}`);
    }
    if (!mayGo) {
      throw new Error(`${current} stays: it does not fit ${inWords(wanted)}. ${howToReplace(current)}`);
    }
    if (wanted.number !== undefined) return borrowed(account, wanted.number);
    return described(await obtain(account, { ...this.#need(event, wanted, patience), insteadOf: current }));
  }

  async remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void> {
    const account = new Account(this.#client, patience);
    const { Number: own } = event.ResourceProperties;
    if (physicalId.startsWith(OF_THE_INVENTORY)) return;
    const owner = ownerOf(event);
    const giveUp = whatToDo(account, event);
    const order = orderOfId(physicalId);
    if (order) await giveUpOrder(account, order, owner, giveUp);
    if (isE164(physicalId)) {
      if (physicalId !== own) await giveUp(physicalId);
    } else if (!isE164(own)) {
      await giveUpAll(account, owner, giveUp);
    }
  }

  #need(event: CustomResourceEvent, wanted: NumberRequest, patience: Patience): Need {
    return { owner: ownerOf(event), wanted, stillWanted: stillWantedBy(this.#stacks, event, patience) };
  }
}

/** The number as E.164, or undefined for an id that contains no number. */
function numberOf(physicalId: string): string | undefined {
  const number = physicalId.startsWith(OF_THE_INVENTORY)
    ? physicalId.slice(OF_THE_INVENTORY.length)
    : physicalId;
  return isE164(number) ? number : undefined;
}

function described(number: string, physicalId = number): Provisioned {
  return { physicalId, attributes: { E164PhoneNumber: number, PhoneNumberId: number } };
}

function howToReplace(number: string): string {
  return `To replace it, say so: ReplaceNumber ${number} (./deploy.sh --replace-number ${number}).`;
}

function whatToDo(account: Account, event: CustomResourceEvent): GiveUp {
  if (event.ResourceProperties.ReleaseOnDelete !== 'false') return releasing(account);
  return keeping(account, ownerOf(event));
}

/** Uses a number that the account already has. Its name is left alone, and it is never released. */
async function borrowed(account: Account, number: string): Promise<Provisioned> {
  const found = await account.number(number);
  if (found === undefined) {
    throw new Error(
      `${number} is not in the inventory of this account: order it first, or leave Number out.`,
    );
  }
  if (found.ProductType !== PRODUCT) {
    throw new Error(`${number} is for ${found.ProductType}: change its product type to ${PRODUCT} first.`);
  }
  if (isLeaving(found) && !(await account.restore(number))) {
    throw new Error(`${number} is being deleted and could not be restored.`);
  }
  return described(number, OF_THE_INVENTORY + number);
}

/**
 * Whether the number is still there. A number in the deletion queue is restored: whoever released it, the
 * stack still has it.
 */
async function isStillThere(account: Account, number: string): Promise<boolean> {
  const found = await account.number(number);
  if (found === undefined) return false;
  return isHere(found) || (isLeaving(found) && (await account.restore(number)));
}

/**
 * Recognises the rollback of a replacement: the properties are the previous ones again, those of the attempt
 * named the number to be replaced, and that number has not gone. When the old number is answered,
 * CloudFormation deletes the new one.
 */
async function returnsTo(
  account: Account,
  event: CustomResourceEvent,
  current: string,
): Promise<Provisioned | undefined> {
  const given = event.OldResourceProperties?.ReplaceNumber;
  if (!isE164(given) || given === current || event.ResourceProperties.ReplaceNumber === given)
    return undefined;
  const wanted = readNumberRequest(event.ResourceProperties);
  if (wanted.number === given) return borrowed(account, given);
  const found: PhoneNumber | undefined = await account.number(given);
  const owner = ownerOf(event);
  const isOwn =
    found !== undefined && isOurs(owner, found.Name) && !isKept(owner, found.Name) && isHere(found);
  return isOwn && fits(given, wanted) ? described(given) : undefined;
}

/** Gives up what a failed replacement has ordered, now that the old number stays. */
async function giveUpReplacement(
  account: Account,
  event: CustomResourceEvent,
  current: string,
): Promise<void> {
  const { ReplaceNumber } = event.OldResourceProperties ?? {};
  if (ReplaceNumber !== current || event.ResourceProperties.ReplaceNumber === current) return;
  const owner = ownerOf(event);
  await giveUpAll(account, owner, releasing(account), ({ Name }) => isInsteadOf(owner, Name, current));
}
