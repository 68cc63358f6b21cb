import { type Dialog, refreshTarget, takeSequence } from '../dialogs/dialog.ts';
import type { SipRequest } from '../messages/message.ts';
import type { Source } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';
import { ACCEPT, ALLOW, type Refusal, refuseRequest, SUPPORTED } from './request-checks.ts';

/**
 * Answers the called side's request in an early dialog of a call of ours (RFC 3261 section 12.2.2). Gateways
 * send UPDATE there to tell who is being called (RFC 3311 section 5.1); a 481 would make them give up the
 * call.
 */
export function answerEarlyRequest(
  core: UserAgentCore,
  dialog: Dialog,
  request: SipRequest,
  source: Source,
  now: number,
): void {
  const transaction = core.layer.open(request, source);
  const refusal = refuse(dialog, request);
  if (refusal) {
    core.respond(transaction, request, refusal.status, refusal, now);
    core.tellRefusal(request, source, refusal.status, refusal.text);
    return;
  }
  if (request.method === 'UPDATE') refreshTarget(dialog, request);
  const headers = [core.contact(source), ALLOW, ACCEPT, SUPPORTED];
  core.respond(transaction, request, 200, { headers }, now);
}

function refuse(dialog: Dialog, request: SipRequest): Refusal | undefined {
  if (!takeSequence(dialog, request)) {
    return { status: 500, text: 'the CSeq number is not above the last one' };
  }
  const refusal = refuseRequest(request);
  if (refusal) return refusal;
  switch (request.method) {
    case 'UPDATE':
    case 'INVITE':
      // Section 14.2, RFC 3311 section 5.2: the offer of our INVITE comes first.
      return request.method === 'INVITE' || request.body.length > 0
        ? { status: 491, text: 'the call is not answered yet' }
        : undefined;
    case 'OPTIONS':
    case 'INFO':
      return undefined;
    default:
      // Section 15: a called side sends no BYE before the answer, and we have sent nothing that needs a PRACK.
      return { status: 481 };
  }
}
