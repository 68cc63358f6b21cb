/**
 * The assignment of phone numbers to Voice Connectors and their groups, and operations on many numbers at
 * once.
 */
import { ApiError } from '../../rest/api-error.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, notFound } from '../errors.ts';
import { e164 } from './number-inventory.ts';
import type { NumberRecord, VoiceRecords } from './records.ts';

/** What a number can be associated with other than a SIP rule, in the API's terms. */
export type AssignmentName = 'VoiceConnectorId' | 'VoiceConnectorGroupId';

interface Associate {
  E164PhoneNumbers: string[];
  ForceAssociate?: boolean;
}

export const isAssigned = ({ assigned }: NumberRecord, name: AssignmentName, id: string): boolean =>
  assigned?.name === name && assigned.id === id;

/** @param exists throws if the connector or group does not exist */
export function assignmentHandlers(
  records: VoiceRecords,
  now: () => number,
  exists: Record<AssignmentName, (id: string) => unknown>,
): Record<string, OperationHandler> {
  const owner = (name: AssignmentName, input: object): string => {
    const id = String((input as Record<string, unknown>)[name]);
    exists[name](id);
    return id;
  };
  const associate = (name: AssignmentName) => (input: Associate) => {
    const id = owner(name, input);
    return eachNumber(input.E164PhoneNumbers, (number) => {
      const record = connectable(records, number);
      const taken = record.assigned && !isAssigned(record, name, id);
      if (taken && !input.ForceAssociate) {
        throw badRequest(`The phone number ${number} is associated with ${record.assigned?.id}`);
      }
      records.numbers.set(number, { ...record, assigned: { name, id, at: now() }, updatedAt: now() });
    });
  };
  const disassociate = (name: AssignmentName) => (input: Associate) => {
    const id = owner(name, input);
    return eachNumber(input.E164PhoneNumbers, (number) => {
      const { assigned: _before, ...record } = connectable(records, number);
      if (!isAssigned({ ...record, ...(_before ? { assigned: _before } : {}) }, name, id)) {
        throw badRequest(`The phone number ${number} is not associated with ${id}`);
      }
      records.numbers.set(number, { ...record, updatedAt: now() });
    });
  };
  return {
    associatePhoneNumbersWithVoiceConnector: associate('VoiceConnectorId'),
    associatePhoneNumbersWithVoiceConnectorGroup: associate('VoiceConnectorGroupId'),
    disassociatePhoneNumbersFromVoiceConnector: disassociate('VoiceConnectorId'),
    disassociatePhoneNumbersFromVoiceConnectorGroup: disassociate('VoiceConnectorGroupId'),
  };
}

/** Applies the operations on one number to many. A failure of one number does not stop the others. */
export function batchHandlers(
  one: Record<string, OperationHandler>,
): Record<'batchDeletePhoneNumber' | 'batchUpdatePhoneNumber', OperationHandler> {
  const run = (operation: string, input: object): void => {
    const handler = one[operation] as ((input: object) => unknown) | undefined;
    handler?.(input);
  };
  return {
    batchDeletePhoneNumber: (input: { PhoneNumberIds: string[] }) =>
      eachNumber(input.PhoneNumberIds, (PhoneNumberId) => run('deletePhoneNumber', { PhoneNumberId })),
    batchUpdatePhoneNumber: (input: {
      UpdatePhoneNumberRequestItems: ({ PhoneNumberId: string } & Record<string, unknown>)[];
    }) => {
      const items = new Map(input.UpdatePhoneNumberRequestItems.map((item) => [item.PhoneNumberId, item]));
      return eachNumber([...items.keys()], (id) => run('updatePhoneNumber', items.get(id) ?? {}));
    },
  };
}

/** Returns PhoneNumberErrors, with an entry for each number that was refused. */
function eachNumber(numbers: readonly string[], work: (number: string) => void): object {
  const errors = numbers.flatMap((given) => {
    const PhoneNumberId = e164(given);
    try {
      work(PhoneNumberId);
      return [];
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The codes are the names of the exceptions without their suffix. API reference, PhoneNumberError.
      return [
        { PhoneNumberId, ErrorCode: error.code.replace(/Exception$/, ''), ErrorMessage: error.message },
      ];
    }
  });
  return { PhoneNumberErrors: errors };
}

function connectable(records: VoiceRecords, number: string): NumberRecord {
  const record = records.numbers.get(number);
  if (!record || record.deleteAt !== undefined) throw notFound('phone number', number);
  if (record.productType !== 'VoiceConnector') {
    throw badRequest(
      `The phone number ${number} is a ${record.productType} number, not a VoiceConnector one`,
    );
  }
  return record;
}
