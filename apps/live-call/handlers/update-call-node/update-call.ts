/** What `POST /updateCallNode` does. The Python twin (`update_call.py`) is held to the same examples. */
import type { UpdateCallAccepted, UpdateCallRequest } from '#contract';
import { apiError, type HttpRequest, type HttpResponse, json, readJsonObject } from '../http/index.ts';
import type { AcceptedUpdate } from '../tables/index.ts';
import { readUpdateRequest } from './request.ts';

/** What came of UpdateSipMediaApplicationCall. `code`: the service's error, or `NoAnswer`. */
export type VoiceAnswer = { accepted: true } | { accepted: false; code: string };

export interface Ports {
  updateCall(transactionId: string, args: Record<string, string>): Promise<VoiceAnswer>;
  recordAccepted(update: AcceptedUpdate, now: number): Promise<void>;
  /** The call is gone: so must be its row. */
  removeRow(transactionId: string): Promise<void>;
  newUpdateId(now: number): string;
  /** Milliseconds since the epoch. */
  now(): number;
  warn(what: string, error: unknown, transactionId: string): void;
}

/** Errors that mean "too many at once". Source: service model; RL is a 400 there. */
const THROTTLED = new Set([
  'ThrottledClientException',
  'ThrottlingException',
  'TooManyRequestsException',
  'ResourceLimitExceededException',
]);

export async function updateCall(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const update = readUpdateRequest(readJsonObject(request));
  const now = ports.now();
  const updateId = ports.newUpdateId(now);
  const answer = await ports.updateCall(update.transactionId, callArguments(update, updateId));
  if (!answer.accepted) return refusal(update.transactionId, answer.code, ports);
  const acceptedAt = new Date(now).toISOString();
  const { transactionId, updateInfo, meetingId, attendeeId, fromNumber } = update;
  const record = { updateId, transactionId, updateInfo, meetingId, attendeeId, fromNumber, acceptedAt };
  // The update is on its way: a record that cannot be written does not take it back.
  await ports
    .recordAccepted({ ...record, via: 'node' }, now)
    .catch((error: unknown) => ports.warn('The update was not recorded', error, transactionId));
  const accepted: UpdateCallAccepted = { updateId, transactionId, status: 'accepted', acceptedAt };
  return json(202, accepted);
}

/** `Arguments` of UpdateSipMediaApplicationCall: strings only, none of them empty. */
function callArguments(update: UpdateCallRequest, updateId: string): Record<string, string> {
  const { transactionId: _, updateInfo, ...rest } = update;
  return { action: updateInfo, updateId, ...rest };
}

async function refusal(transactionId: string, code: string, ports: Ports): Promise<HttpResponse> {
  if (code === 'NotFoundException') {
    await ports
      .removeRow(transactionId)
      .catch((error: unknown) => ports.warn('A stale row was not removed', error, transactionId));
    return apiError(
      404,
      'CallNotFound',
      `Call ${transactionId} is not in progress: it has ended, or it never was. Choose another call.`,
    );
  }
  if (THROTTLED.has(code)) {
    return apiError(429, 'TooManyRequests', 'Too many updates at once. Try again in a second.');
  }
  ports.warn('The voice service did not take the update', new Error(code), transactionId);
  return apiError(
    502,
    'Upstream',
    `The voice service did not take the update (${code}). Nothing was changed; try again.`,
  );
}
