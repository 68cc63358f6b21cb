/** The account's phone numbers and the orders that supply them. */
import type { Clock, Ids } from '#platform';
import { ApiError } from '../../rest/api-error.ts';
import { byCreation, pageOf, pageOfOrdered } from '../../rest/paging.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { QUOTAS, type QuotaMode } from '../quotas.ts';
import { DEFAULT_PAGE } from './applications.ts';
import { associationsOf, showNumber, showOrder, statusOf } from './number-documents.ts';
import { e164, type NumberSearch, offeredType, searchNumbers } from './number-inventory.ts';
import type { NumberRecord, OrderRecord, ProductType, VoiceRecords } from './records.ts';

/**
 * How long a number stays in the deletion queue, in milliseconds: 7 days. API reference, DeletePhoneNumber.
 */
export const DELETION_QUEUE_MS = 7 * 24 * 3_600_000;
/** Maximum quantity of numbers per order. API reference, CreatePhoneNumberOrder. */
const MAX_NUMBERS_PER_ORDER = 50;
/** Numbers per search result if `max-results` is not given. */
const DEFAULT_SEARCH_PAGE = 10;
/**
 * GetPhoneNumberOrder waits for the end of an order that takes at most this many milliseconds. Ours: the
 * service answers at once.
 */
const QUICK_ORDER_MS = 500;

export interface NumbersOptions {
  records: VoiceRecords;
  clock: Clock;
  ids: Ids;
  quotas: QuotaMode;
  /** Milliseconds until an order's numbers are available. */
  orderMs: number;
}

interface Paging {
  MaxResults?: number;
  NextToken?: string;
}
interface ById {
  PhoneNumberId: string;
}
interface ListNumbers extends Paging {
  Status?: string;
  ProductType?: string;
  FilterName?: string;
  FilterValue?: string;
}
interface Order {
  ProductType: ProductType;
  E164PhoneNumbers: string[];
  Name?: string;
}

/** Removes the numbers whose time in the deletion queue is over. */
function forgetDeleted(records: VoiceRecords, now: number): void {
  for (const { number, deleteAt } of records.numbers.values()) {
    if (deleteAt !== undefined && deleteAt <= now) records.numbers.delete(number);
  }
}

function* freeNumbers({ numbers }: VoiceRecords, offered: Iterable<string>): Generator<string> {
  for (const number of offered) if (!numbers.has(number)) yield number;
}

export function orderHandlers(options: NumbersOptions): Record<string, OperationHandler> {
  const { records, clock } = options;
  return {
    searchAvailablePhoneNumbers: (input: NumberSearch & Paging) => {
      forgetDeleted(records, clock.now());
      const free = freeNumbers(records, searchNumbers(input));
      const page = pageOfOrdered(free, input.MaxResults ?? DEFAULT_SEARCH_PAGE, input.NextToken);
      return { E164PhoneNumbers: page.items, NextToken: page.nextToken };
    },
    listSupportedPhoneNumberCountries: () => ({
      PhoneNumberCountries: [{ CountryCode: 'US', SupportedPhoneNumberTypes: ['Local', 'TollFree'] }],
    }),
    createPhoneNumberOrder: (input: Order) => ({
      PhoneNumberOrder: showOrder(order(options, input), clock.now()),
    }),
    // A quick order is answered when it is done: a client that asks too early would sleep for many seconds
    // before it asks again.
    getPhoneNumberOrder: async (input: { PhoneNumberOrderId: string }) => {
      const found = records.orders.get(input.PhoneNumberOrderId);
      if (!found) throw notFound('phone number order', input.PhoneNumberOrderId);
      const left = found.doneAt - clock.now();
      const isQuick = found.doneAt - found.createdAt <= QUICK_ORDER_MS;
      if (left > 0 && isQuick) await new Promise<void>((resolve) => clock.after(left, resolve));
      return { PhoneNumberOrder: showOrder(found, clock.now()) };
    },
    listPhoneNumberOrders: (input: Paging) => {
      const key = (record: OrderRecord): string => byCreation(record.createdAt, record.id);
      const page = pageOf(records.orders.values(), key, input.MaxResults ?? DEFAULT_PAGE, input.NextToken);
      const shown = page.items.map((record) => showOrder(record, clock.now()));
      return { PhoneNumberOrders: shown, NextToken: page.nextToken };
    },
  };
}

export function numberHandlers(options: NumbersOptions): Record<string, OperationHandler> {
  const { records, clock } = options;
  const show = (record: NumberRecord): object => showNumber(records, record, clock.now());
  const get = (id: string): NumberRecord => {
    forgetDeleted(records, clock.now());
    const found = records.numbers.get(e164(id));
    if (!found) throw notFound('phone number', id);
    return found;
  };
  const save = (record: NumberRecord): object => {
    records.numbers.set(record.number, record);
    return { PhoneNumber: show(record) };
  };
  return {
    listPhoneNumbers: (input: ListNumbers) => {
      const listed = filtered(options, input);
      const key = (record: NumberRecord): string => byCreation(record.createdAt, record.number);
      const page = pageOf(listed, key, input.MaxResults ?? DEFAULT_PAGE, input.NextToken);
      return { PhoneNumbers: page.items.map(show), NextToken: page.nextToken };
    },
    getPhoneNumber: (input: ById) => ({ PhoneNumber: show(get(input.PhoneNumberId)) }),
    updatePhoneNumber: (input: ById & { ProductType?: ProductType; CallingName?: string; Name?: string }) =>
      save(update(options, get(input.PhoneNumberId), input)),
    deletePhoneNumber: (input: ById) => {
      const record = get(input.PhoneNumberId);
      const [association] = associationsOf(records, record);
      if (association) {
        throw badRequest(
          association.Name === 'SipRuleId'
            ? `The phone number ${record.number} is used by SIP rule ${association.Value}; disable the rule first`
            : `The phone number ${record.number} is associated with ${association.Value}; disassociate it first`,
        );
      }
      const now = clock.now();
      if (now < record.acquiredAt) {
        throw badRequest(`The phone number ${record.number} is still being acquired; delete it after that`);
      }
      if (record.deleteAt === undefined) {
        save({ ...record, deleteAt: now + DELETION_QUEUE_MS, updatedAt: now });
      }
      return undefined;
    },
    restorePhoneNumber: (input: ById) => {
      const { deleteAt, ...record } = get(input.PhoneNumberId);
      if (deleteAt === undefined)
        throw badRequest(`The phone number ${record.number} is not in the deletion queue`);
      return save({ ...record, updatedAt: clock.now() });
    },
  };
}

/** Decides the outcome for each number at once; it becomes visible when the order's time is over. */
function order(options: NumbersOptions, input: Order): OrderRecord {
  const { records, clock, ids, quotas, orderMs } = options;
  const now = clock.now();
  forgetDeleted(records, now);
  const wanted = [...new Set(input.E164PhoneNumbers.map(e164))];
  if (wanted.length === 0 || wanted.length > MAX_NUMBERS_PER_ORDER) {
    throw badRequest(
      `E164PhoneNumbers must hold 1 to ${MAX_NUMBERS_PER_ORDER} numbers; it holds ${wanted.length}`,
    );
  }
  if (quotas === 'aws' && records.numbers.size + wanted.length > QUOTAS.phoneNumbers) {
    const message = `The account may have ${QUOTAS.phoneNumbers} phone numbers and has ${records.numbers.size}`;
    throw new ApiError(400, 'ResourceLimitExceededException', message);
  }
  const id = ids.guid();
  const doneAt = now + orderMs;
  const record: OrderRecord = { id, productType: input.ProductType, numbers: [], createdAt: now, doneAt };
  records.journal.atomically(() => {
    for (const number of wanted) {
      const type = offeredType(number);
      const acquired = type !== undefined && !records.numbers.has(number);
      record.numbers.push({ number, acquired });
      if (!acquired) continue;
      records.numbers.set(number, {
        number,
        type,
        productType: input.ProductType,
        name: input.Name,
        orderId: id,
        createdAt: now,
        updatedAt: now,
        acquiredAt: doneAt,
      });
    }
    records.orders.set(id, record);
  });
  return record;
}

function filtered({ records, clock }: NumbersOptions, input: ListNumbers): NumberRecord[] {
  const now = clock.now();
  forgetDeleted(records, now);
  if ((input.FilterName === undefined) !== (input.FilterValue === undefined)) {
    throw badRequest('filter-name and filter-value belong together: give both or neither');
  }
  return records.numbers
    .values()
    .filter((record) => !input.Status || statusOf(records, record, now) === input.Status)
    .filter((record) => !input.ProductType || record.productType === input.ProductType)
    .filter(
      (record) =>
        !input.FilterName ||
        associationsOf(records, record).some(
          ({ Name, Value }) => Name === input.FilterName && Value === input.FilterValue,
        ),
    );
}

function update(
  { records, clock }: NumbersOptions,
  record: NumberRecord,
  {
    ProductType: productType,
    CallingName: callingName,
    Name: name,
  }: Partial<Record<'CallingName' | 'Name', string>> & {
    ProductType?: ProductType;
  },
): NumberRecord {
  const given = [productType, callingName, name].filter((value) => value !== undefined).length;
  if (given !== 1)
    throw badRequest(`Update one of ProductType, CallingName and Name at a time; ${given} were given`);
  const now = clock.now();
  if (productType !== undefined) {
    const [association] = associationsOf(records, record);
    if (association && productType !== record.productType) {
      throw conflict(
        `The phone number ${record.number} is associated with ${association.Name} ${association.Value}; end that first`,
      );
    }
    return { ...record, productType, updatedAt: now };
  }
  if (callingName !== undefined) return { ...record, callingName, callingNameAt: now, updatedAt: now };
  return { ...record, name, updatedAt: now };
}
