/** `Custom::ChimePhoneNumber`: a telephone number that can reach a SIP media application. */
import {
  type ChimeSDKVoiceClient,
  CreatePhoneNumberOrderCommand,
  DeletePhoneNumberCommand,
  GetPhoneNumberCommand,
  GetPhoneNumberOrderCommand,
  ListPhoneNumbersCommand,
  type PhoneNumber,
  SearchAvailablePhoneNumbersCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import {
  type CustomResourceEvent,
  isBusy,
  isNotFound,
  type Patience,
  type Provisioned,
  property,
  type Resource,
} from './custom-resource.ts';

const PRODUCT = 'SipMediaApplicationDialIn';
/** Properties whose change needs another number. */
const IDENTITY = ['Country', 'PhoneNumberType', 'AreaCode'] as const;
/** Numbers asked for: another account may take one between search and order. */
const CANDIDATES = 5;
/** States of a number that is on its way out. */
const LEAVING = new Set(['ReleaseInProgress', 'DeleteInProgress', 'AcquireFailed', 'Cancelled']);

/** The physical id is the number itself, in E.164. */
export class PhoneNumberResource implements Resource {
  readonly #client: ChimeSDKVoiceClient;

  constructor(client: ChimeSDKVoiceClient) {
    this.#client = client;
  }

  async create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned> {
    // The name carries the request's id: when the same request comes again, its number is found, not bought twice.
    const name = `${property(event, 'Name')}.${event.RequestId}`;
    const number = (await this.#findByName(name)) ?? (await this.#buy(event, name, patience));
    await this.#untilAcquired(number, patience);
    return described(number);
  }

  async update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned> {
    const before = event.OldResourceProperties ?? {};
    const same = IDENTITY.every((name) => before[name] === event.ResourceProperties[name]);
    if (same && (await this.#exists(physicalId))) return described(physicalId);
    return this.create(event, patience);
  }

  async remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void> {
    if (event.ResourceProperties.ReleaseOnDelete === 'false') return;
    for (;;) {
      try {
        await this.#client.send(new DeletePhoneNumberCommand({ PhoneNumberId: physicalId }));
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        // The rule that used the number is gone, but the service may take seconds to know.
        const stillInUse = isBusy(error) || (error instanceof Error && error.name === 'BadRequestException');
        if (!stillInUse) throw error;
        await patience.wait(`${physicalId} to be free for release (${String(error)})`);
      }
    }
  }

  async #buy(event: CustomResourceEvent, name: string, patience: Patience): Promise<string> {
    const areaCode = event.ResourceProperties.AreaCode;
    const { E164PhoneNumbers = [] } = await this.#client.send(
      new SearchAvailablePhoneNumbersCommand({
        Country: property(event, 'Country'),
        PhoneNumberType: property(event, 'PhoneNumberType') === 'TollFree' ? 'TollFree' : 'Local',
        ...(typeof areaCode === 'string' ? { AreaCode: areaCode } : {}),
        MaxResults: CANDIDATES,
      }),
    );
    if (E164PhoneNumbers.length === 0) {
      throw new Error('No number of that kind is for sale: choose another area code.');
    }
    for (const number of E164PhoneNumbers) {
      if (await this.#order(number, name, patience)) return number;
    }
    throw new Error(`None of ${E164PhoneNumbers.length} numbers could be bought: try again.`);
  }

  /** False: somebody else got the number. */
  async #order(number: string, name: string, patience: Patience): Promise<boolean> {
    const { PhoneNumberOrder } = await this.#client.send(
      new CreatePhoneNumberOrderCommand({ ProductType: PRODUCT, E164PhoneNumbers: [number], Name: name }),
    );
    const orderId = PhoneNumberOrder?.PhoneNumberOrderId;
    let status: string | undefined = PhoneNumberOrder?.Status;
    while (status === 'Processing' || status === 'Submitted') {
      await patience.wait(`the order of ${number}`);
      const answer = await this.#client.send(new GetPhoneNumberOrderCommand({ PhoneNumberOrderId: orderId }));
      status = answer.PhoneNumberOrder?.Status;
    }
    return status === 'Successful';
  }

  async #untilAcquired(number: string, patience: Patience): Promise<void> {
    for (;;) {
      const found = await this.#get(number);
      if (LEAVING.has(found?.Status ?? '')) throw new Error(`${number} was not acquired: ${found?.Status}.`);
      if (found && found.Status !== 'AcquireInProgress') return;
      await patience.wait(`${number} to arrive in the inventory`);
    }
  }

  async #exists(number: string): Promise<boolean> {
    const found = await this.#get(number);
    return found !== undefined && !LEAVING.has(found.Status ?? '');
  }

  async #get(number: string): Promise<PhoneNumber | undefined> {
    try {
      const { PhoneNumber } = await this.#client.send(new GetPhoneNumberCommand({ PhoneNumberId: number }));
      return PhoneNumber;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #findByName(name: string): Promise<string | undefined> {
    let NextToken: string | undefined;
    do {
      const page = await this.#client.send(new ListPhoneNumbersCommand({ ProductType: PRODUCT, NextToken }));
      const found = page.PhoneNumbers?.find(
        (number) => number.Name === name && !LEAVING.has(number.Status ?? ''),
      );
      if (found?.E164PhoneNumber) return found.E164PhoneNumber;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return undefined;
  }
}

function described(number: string): Provisioned {
  return { physicalId: number, attributes: { E164PhoneNumber: number, PhoneNumberId: number } };
}
