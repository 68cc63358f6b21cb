/**
 * The account's numbers and orders. Passing failures are waited out; where one operation is refused, another
 * one is tried.
 */
import {
  type ChimeSDKVoiceClient,
  DeletePhoneNumberCommand,
  GetPhoneNumberCommand,
  GetPhoneNumberOrderCommand,
  ListPhoneNumberOrdersCommand,
  ListPhoneNumbersCommand,
  type PhoneNumber,
  type PhoneNumberOrder,
  RestorePhoneNumberCommand,
  UpdatePhoneNumberCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import { isBadRequest, isNotFound, isRefusal, said } from './failures.ts';
import { ONE_MINUTE_MS, type Patience } from './patience.ts';

export const PRODUCT = 'SipMediaApplicationDialIn';

/** States of a number that is leaving the account, and of one that was never acquired. */
const LEAVING = new Set(['ReleaseInProgress', 'DeleteInProgress', 'ReleaseFailed', 'DeleteFailed']);
const NEVER_CAME = new Set(['AcquireFailed', 'Cancelled', 'PortinCancelRequested']);

export function isLeaving(number: PhoneNumber): boolean {
  return number.DeletionTimestamp !== undefined || LEAVING.has(number.Status ?? '');
}

export function neverCame(number: PhoneNumber): boolean {
  return NEVER_CAME.has(number.Status ?? '');
}

export function isArriving(number: PhoneNumber): boolean {
  return number.Status === 'AcquireInProgress';
}

/** The number is in the account or about to be, and not leaving. */
export function isHere(number: PhoneNumber): boolean {
  return !isLeaving(number) && !neverCame(number);
}

/** Calls until there is an answer. Rejects with the service's refusal, or when the time is up. */
export async function patiently<T>(
  patience: Patience,
  what: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const waiting = patience.fresh();
  for (;;) {
    try {
      return await call(waiting.signal());
    } catch (error) {
      if (isRefusal(error)) throw error;
      await waiting.wait(`${what} (${said(error)})`);
    }
  }
}

/** The number as E.164; its id when that is absent. */
export function idOf(number: PhoneNumber): string {
  return number.E164PhoneNumber ?? number.PhoneNumberId ?? '';
}

export class Account {
  readonly client: ChimeSDKVoiceClient;
  readonly patience: Patience;

  constructor(client: ChimeSDKVoiceClient, patience: Patience) {
    this.client = client;
    this.patience = patience;
  }

  /** Undefined: the number is not in the account. */
  async number(number: string): Promise<PhoneNumber | undefined> {
    return this.#either(
      `${number} to be looked up`,
      async (abortSignal) => {
        const command = new GetPhoneNumberCommand({ PhoneNumberId: number });
        return (await this.client.send(command, { abortSignal })).PhoneNumber;
      },
      async () => (await this.#listNumbers()).find(({ E164PhoneNumber }) => E164PhoneNumber === number),
    );
  }

  /** Undefined: there is no such order. */
  async order(id: string): Promise<PhoneNumberOrder | undefined> {
    return this.#either(
      `order ${id} to be looked up`,
      async (abortSignal) => {
        const command = new GetPhoneNumberOrderCommand({ PhoneNumberOrderId: id });
        return (await this.client.send(command, { abortSignal })).PhoneNumberOrder;
      },
      async () => (await this.#listOrders()).find(({ PhoneNumberOrderId }) => PhoneNumberOrderId === id),
    );
  }

  /** All numbers of the account, including those in the deletion queue. */
  async numbers(): Promise<PhoneNumber[]> {
    return patiently(this.patience, 'the list of phone numbers', () => this.#listNumbers());
  }

  async orders(): Promise<PhoneNumberOrder[]> {
    return patiently(this.patience, 'the list of phone number orders', () => this.#listOrders());
  }

  async rename(number: string, name: string): Promise<void> {
    await patiently(this.patience, `${number} to get its name`, (abortSignal) =>
      this.client.send(new UpdatePhoneNumberCommand({ PhoneNumberId: number, Name: name }), { abortSignal }),
    );
  }

  /** Takes a number out of the deletion queue. False: it is no longer in the account. */
  async restore(number: string): Promise<boolean> {
    try {
      await patiently(this.patience, `${number} to be restored`, (abortSignal) =>
        this.client.send(new RestorePhoneNumberCommand({ PhoneNumberId: number }), { abortSignal }),
      );
      return true;
    } catch (error) {
      if (!isNotFound(error) && !isBadRequest(error)) throw error;
      // The first request went unanswered and was repeated, or somebody else restored the number: what counts
      // is where it is now.
      const found = await this.number(number);
      return found !== undefined && isHere(found);
    }
  }

  /** Puts a number into the deletion queue once no rule uses it. A number that is already gone is no error. */
  async release(number: string): Promise<void> {
    const letGo = this.patience.fresh(ONE_MINUTE_MS);
    for (;;) {
      try {
        await patiently(this.patience, `${number} to be released`, (abortSignal) =>
          this.client.send(new DeletePhoneNumberCommand({ PhoneNumberId: number }), { abortSignal }),
        );
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        const found = await this.number(number);
        if (found === undefined || isLeaving(found)) return;
        if (!isRefusal(error)) throw error;
        await letGo.wait(`${number} to be free for release: ${whoUses(found)} (${said(error)})`);
      }
    }
  }

  /**
   * Asks for a number or an order by id and, where that fails, finds it in a listing: an account may be
   * allowed only one of the two.
   */
  async #either<T>(
    what: string,
    ask: (signal: AbortSignal) => Promise<T | undefined>,
    list: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const waiting = this.patience.fresh();
    for (;;) {
      let asked: unknown;
      try {
        return await ask(waiting.signal());
      } catch (error) {
        if (isNotFound(error)) return undefined;
        asked = error;
      }
      try {
        return await list();
      } catch (error) {
        if (isRefusal(error) && isRefusal(asked)) throw error;
        await waiting.wait(`${what} (${said(error)})`);
      }
    }
  }

  async #listNumbers(): Promise<PhoneNumber[]> {
    return this.#pages(async (NextToken, abortSignal) => {
      const page = await this.client.send(new ListPhoneNumbersCommand({ NextToken }), { abortSignal });
      return [page.PhoneNumbers, page.NextToken];
    });
  }

  async #listOrders(): Promise<PhoneNumberOrder[]> {
    return this.#pages(async (NextToken, abortSignal) => {
      const page = await this.client.send(new ListPhoneNumberOrdersCommand({ NextToken }), { abortSignal });
      return [page.PhoneNumberOrders, page.NextToken];
    });
  }

  async #pages<T>(
    read: (token: string | undefined, signal: AbortSignal) => Promise<[T[] | undefined, string | undefined]>,
  ): Promise<T[]> {
    const all: T[] = [];
    let token: string | undefined;
    do {
      const [items, next] = await read(token, this.patience.signal());
      all.push(...(items ?? []));
      token = next;
    } while (token !== undefined);
    return all;
  }
}

function whoUses(number: PhoneNumber): string {
  const [user] = number.Associations ?? [];
  return user ? `${user.Name} ${user.Value} uses it` : `its status is ${number.Status}`;
}
