/** What `POST /updateCallNode` does. The Python twin (`update_call.py`) is tested against the same examples. */
import { createHash } from 'node:crypto';
import type { UpdateCallAccepted, UpdateCallRequest } from '#contract';
import { apiError, type HttpRequest, type HttpResponse, json, readJsonObject } from '../http/index.ts';
import type { AcceptedUpdate, OrderClaim } from '../tables/index.ts';
import { readUpdateRequest } from './request.ts';

/** The outcome of UpdateSipMediaApplicationCall. `code`: the service's error, or `NoAnswer`. */
export type VoiceAnswer = { accepted: true } | { accepted: false; code: string };

export interface Ports {
  updateCall(transactionId: string, args: Record<string, string>): Promise<VoiceAnswer>;
  recordAccepted(update: AcceptedUpdate, now: number): Promise<void>;
  /** See `OrdersTable`. */
  claimOrder(orderId: string, order: { updateId: string; print: string }, now: number): Promise<OrderClaim>;
  acceptOrder(orderId: string, acceptedAt: string): Promise<void>;
  openOrder(orderId: string): Promise<void>;
  /** Resolves after that many milliseconds. */
  wait(milliseconds: number): Promise<void>;
  /** Removes the row of a call that no longer exists. */
  removeRow(transactionId: string): Promise<void>;
  newUpdateId(now: number): string;
  /** Milliseconds since the epoch. */
  now(): number;
  warn(what: string, error: unknown, transactionId: string): void;
}

/** Errors that mean "too many at once". Source: service model; ResourceLimitExceeded is a 400 there. */
const THROTTLED = new Set([
  'ThrottledClientException',
  'ThrottlingException',
  'TooManyRequestsException',
  'ResourceLimitExceededException',
]);

/** Milliseconds between queries of an order that another request is sending, and the number of queries. */
const LOOK_AGAIN_MS = 250;
const LOOKS = 8;

export async function updateCall(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const update = readUpdateRequest(readJsonObject(request));
  const { orderId } = update;
  const now = ports.now();
  const updateId = ports.newUpdateId(now);
  if (orderId === undefined) return carryOut(update, updateId, now, ports);
  const order = { updateId, print: printOf(update) };
  for (let looks = 1; ; looks += 1) {
    const claim = await ports.claimOrder(orderId, order, ports.now());
    if (claim.kind === 'mine') return carryOut(update, claim.updateId, now, ports);
    if (claim.kind === 'accepted') return json(202, acceptance(update, claim.updateId, claim.acceptedAt));
    if (claim.kind === 'another') {
      const message = 'orderId names another order: give each order a name of its own.';
      return apiError(409, 'OrderReused', message, 'orderId');
    }
    if (looks === LOOKS) {
      return apiError(
        409,
        'OrderUnderWay',
        'The same order is being given at this moment. Ask again in a second.',
      );
    }
    await ports.wait(LOOK_AGAIN_MS);
  }
}

async function carryOut(
  update: UpdateCallRequest,
  updateId: string,
  now: number,
  ports: Ports,
): Promise<HttpResponse> {
  const { transactionId, updateInfo, meetingId, attendeeId, fromNumber, everyone, orderId } = update;
  const asking = ports.now();
  const answer = await ports.updateCall(transactionId, callArguments(update, updateId));
  const note = (what: string) => (error: unknown) => ports.warn(what, error, transactionId);
  if (!answer.accepted) {
    if (orderId !== undefined) await ports.openOrder(orderId).catch(note('The order was not opened again'));
    return refusal(transactionId, answer.code, ports);
  }
  const taken = ports.now();
  const acceptedAt = new Date(now).toISOString();
  const named = { updateId, transactionId, updateInfo, meetingId, attendeeId, fromNumber, orderId };
  const record = { ...named, acceptedAt };
  // The update is on its way: a record that cannot be written does not undo that.
  await Promise.all([
    ports
      .recordAccepted({ ...record, ...(everyone ? { everyone: 'true' } : {}), via: 'node' }, now)
      .catch(note('The update was not recorded')),
    ...(orderId === undefined
      ? []
      : [ports.acceptOrder(orderId, acceptedAt).catch(note('The order was not recorded'))]),
  ]);
  const accepted = json(202, acceptance(update, updateId, acceptedAt));
  const stages = { order: asking - now, voice: taken - asking, record: ports.now() - taken };
  return { ...accepted, headers: { ...accepted.headers, 'server-timing': serverTiming(stages) } };
}

/** Milliseconds that each stage has taken, in the form that browsers show beside the request: W3C Server Timing. */
function serverTiming(stages: Record<string, number>): string {
  return Object.entries(stages)
    .map(([stage, ms]) => `${stage};dur=${ms}`)
    .join(', ');
}

function acceptance(
  { transactionId }: UpdateCallRequest,
  updateId: string,
  acceptedAt: string,
): UpdateCallAccepted {
  return { updateId, transactionId, status: 'accepted', acceptedAt };
}

/** A fingerprint that is equal for equal orders in both twins and does not contain the text itself. */
function printOf({ transactionId, updateInfo, prompt = '', text = '', everyone }: UpdateCallRequest): string {
  const order = [transactionId, updateInfo, prompt, text, everyone ? 'true' : ''];
  return createHash('sha256').update(JSON.stringify(order)).digest('hex');
}

/** The `Arguments` of UpdateSipMediaApplicationCall: only strings, none of them empty. */
function callArguments(update: UpdateCallRequest, updateId: string): Record<string, string> {
  const { transactionId: _, updateInfo, everyone, orderId: _order, ...rest } = update;
  return { action: updateInfo, updateId, ...rest, ...(everyone ? { everyone: 'true' } : {}) };
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
