/**
 * How the API shows numbers and orders. Pending changes are derived by comparing times, so no timer is
 * needed.
 */
import type { AssignmentName } from './number-assignments.ts';
import { enabledRuleOf, isoTime, type NumberRecord, type OrderRecord, type VoiceRecords } from './records.ts';

/** Milliseconds until a new calling name counts as active; in AWS this takes up to three days. */
const CALLING_NAME_MS = 1000;

export interface Association {
  Value: string;
  Name: 'SipRuleId' | AssignmentName;
  AssociatedTimestamp: string;
}

/** The enabled rule that uses the number, or the Voice Connector or group to which it is assigned. */
export function associationsOf(records: VoiceRecords, { number, assigned }: NumberRecord): Association[] {
  if (assigned) {
    return [{ Value: assigned.id, Name: assigned.name, AssociatedTimestamp: isoTime(assigned.at) }];
  }
  const rule = enabledRuleOf(records, number);
  return rule ? [{ Value: rule.id, Name: 'SipRuleId', AssociatedTimestamp: isoTime(rule.enabledAt) }] : [];
}

export function statusOf(records: VoiceRecords, record: NumberRecord, now: number): string {
  if (record.deleteAt !== undefined) return 'ReleaseInProgress';
  if (now < record.acquiredAt) return 'AcquireInProgress';
  return associationsOf(records, record).length > 0 ? 'Assigned' : 'Unassigned';
}

export function showNumber(records: VoiceRecords, record: NumberRecord, now: number): object {
  return {
    PhoneNumberId: record.number,
    E164PhoneNumber: record.number,
    Country: 'US',
    Type: record.type,
    ProductType: record.productType,
    Status: statusOf(records, record, now),
    Capabilities: {
      InboundCall: true,
      OutboundCall: true,
      InboundSMS: false,
      OutboundSMS: false,
      InboundMMS: false,
      OutboundMMS: false,
    },
    Associations: associationsOf(records, record),
    CallingName: record.callingName,
    CallingNameStatus: callingNameStatus(record, now),
    CreatedTimestamp: isoTime(record.createdAt),
    UpdatedTimestamp: isoTime(record.updatedAt),
    DeletionTimestamp: record.deleteAt === undefined ? undefined : isoTime(record.deleteAt),
    OrderId: record.orderId,
    Name: record.name,
  };
}

function callingNameStatus({ callingNameAt }: NumberRecord, now: number): string {
  if (callingNameAt === undefined) return 'Unassigned';
  return now < callingNameAt + CALLING_NAME_MS ? 'UpdateInProgress' : 'UpdateSucceeded';
}

export function showOrder(order: OrderRecord, now: number): object {
  const done = now >= order.doneAt;
  const acquired = order.numbers.filter((number) => number.acquired).length;
  const outcome = acquired === order.numbers.length ? 'Successful' : acquired > 0 ? 'Partial' : 'Failed';
  return {
    PhoneNumberOrderId: order.id,
    ProductType: order.productType,
    Status: done ? outcome : 'Processing',
    OrderType: 'New',
    OrderedPhoneNumbers: order.numbers.map(({ number, acquired }) => ({
      E164PhoneNumber: number,
      Status: done ? (acquired ? 'Acquired' : 'Failed') : 'Processing',
    })),
    CreatedTimestamp: isoTime(order.createdAt),
    UpdatedTimestamp: isoTime(done ? order.doneAt : order.createdAt),
  };
}
