/** The account's numbers and orders, asked for with patience: what passes is waited out, what is refused is asked otherwise. */
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

/** On its way out of the account: in the deletion queue, or not acquired. */
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

/** In the account, or about to be, and not on its way out. */
export function isHere(number: PhoneNumber): boolean {
  return !isLeaving(number) && !neverCame(number);
}

/** Calls until it is answered. Rejects with what the service refused, or when the time is up. */
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

/** E.164. */
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

  /** Undefined: it is not in the account. */
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

  /** All of them, those in the deletion queue too. */
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

  /** Takes a number out of the deletion queue. False: it is not there any more. */
  async restore(number: string): Promise<boolean> {
    try {
      await patiently(this.patience, `${number} to be restored`, (abortSignal) =>
        this.client.send(new RestorePhoneNumberCommand({ PhoneNumberId: number }), { abortSignal }),
      );
      return true;
    } catch (error) {
      if (!isNotFound(error) && !isBadRequest(error)) throw error;
      // Not answered the first time and asked again, or restored by somebody else: what counts is where it is now.
      const found = await this.number(number);
      return found !== undefined && isHere(found);
    }
  }

  /** Puts a number into the deletion queue, once its rule has let it go. One that is gone is no error. */
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

  /** The one way, and where that is barred the other: a number or an order may be asked for and may be listed. */
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
