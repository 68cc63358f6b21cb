import type { InvocationEventType } from '../../events/index.ts';
import { actionFailed } from './action-failed.ts';
import { actionInterrupted } from './action-interrupted.ts';
import { actionSuccessful } from './action-successful.ts';
import { callAnswered } from './call-answered.ts';
import { callUpdateRequested } from './call-update-requested.ts';
import { digitsReceived } from './digits-received.ts';
import type { EventKind } from './event.ts';
import { hangup } from './hangup.ts';
import { invalidLambdaResponse } from './invalid-lambda-response.ts';
import { newInboundCall } from './new-inbound-call.ts';
import { newOutboundCall } from './new-outbound-call.ts';
import { ringing } from './ringing.ts';

/** Every event of the service. */
const EVENT_KINDS = new Map<InvocationEventType, EventKind>(
  [
    newInboundCall,
    newOutboundCall,
    ringing,
    callAnswered,
    actionSuccessful,
    actionFailed,
    actionInterrupted,
    digitsReceived,
    callUpdateRequested,
    hangup,
    invalidLambdaResponse,
  ].map((kind) => [kind.type, kind]),
);

export function eventKind(type: InvocationEventType): EventKind {
  const kind = EVENT_KINDS.get(type);
  if (!kind)
    throw new Error(`The engine has no event ${type}: add a file in events/ and a row in its index.`);
  return kind;
}
