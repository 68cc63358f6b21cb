/** Calls: created on behalf of an application, and updated while they are in progress. */
import type { Clock } from '#platform';
import type { CallControl } from '../../ports.ts';
import { ApiError } from '../../rest/api-error.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, notFound } from '../errors.ts';
import { e164 } from './number-inventory.ts';
import type { ApplicationRecord, VoiceRecords } from './records.ts';
import { checkSipHeaders } from './sip-headers.ts';

export interface CallsOptions {
  records: VoiceRecords;
  calls: CallControl;
  clock: Clock;
}

interface CreateCall {
  SipMediaApplicationId: string;
  FromPhoneNumber: string;
  ToPhoneNumber: string;
  SipHeaders?: Record<string, string>;
  ArgumentsMap?: Record<string, string>;
}
interface UpdateCall {
  SipMediaApplicationId: string;
  TransactionId: string;
  Arguments: Record<string, string>;
}

export function callHandlers(options: CallsOptions): Record<string, OperationHandler> {
  const { applications } = options.records;
  return {
    createSipMediaApplicationCall: (input: CreateCall) => {
      const application = applications.get(input.SipMediaApplicationId);
      // The model defines no NotFoundException for this operation.
      if (!application) throw badRequest(`There is no SIP media application ${input.SipMediaApplicationId}`);
      return { SipMediaApplicationCall: { TransactionId: create(options, application, input) } };
    },
    updateSipMediaApplicationCall: (input: UpdateCall) => {
      const id = input.SipMediaApplicationId;
      if (!applications.has(id)) throw notFound('SIP media application', id);
      const outcome = options.calls.updateCall(id, input.TransactionId, input.Arguments);
      if (outcome === 'notFound')
        throw notFound(`call in progress of ${id} with transaction`, input.TransactionId);
      return { SipMediaApplicationCall: { TransactionId: input.TransactionId } };
    },
  };
}

/** Checks what the model cannot check and hands the call on. Returns its TransactionId. */
function create(options: CallsOptions, application: ApplicationRecord, input: CreateCall): string {
  const from = e164(input.FromPhoneNumber);
  const to = e164(input.ToPhoneNumber);
  checkOwned(options, from);
  checkSipHeaders(input.SipHeaders ?? {});
  const transactionId = options.calls.createCall({
    target: {
      sipMediaApplicationId: application.id,
      awsRegion: application.region,
      functionArn: application.functionArn,
    },
    from,
    to,
    ...(input.SipHeaders ? { sipHeaders: input.SipHeaders } : {}),
    ...(input.ArgumentsMap ? { arguments: input.ArgumentsMap } : {}),
  });
  if (transactionId !== 'unavailable') return transactionId;
  throw new ApiError(503, 'ServiceUnavailableException', 'Telephony is not up yet; try again');
}

/** Whether the number belongs to the account: acquired and not deleted. */
export function isOwned(
  { records, clock }: Pick<CallsOptions, 'records' | 'clock'>,
  number: string,
): boolean {
  const owned = records.numbers.get(number);
  return owned !== undefined && owned.deleteAt === undefined && owned.acquiredAt <= clock.now();
}

/** The caller's number is shown to the called party, so it must belong to the account. */
function checkOwned(options: CallsOptions, number: string): void {
  if (isOwned(options, number)) return;
  throw badRequest(`FromPhoneNumber ${number} is not in the inventory; use a number that the account owns`);
}
