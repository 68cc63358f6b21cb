/**
 * Public interface of the SIP folder: messages, transactions, dialogs and the user agent, without I/O (RFC
 * 3261).
 */
export { type Body, bodiesOf } from './bodies/bodies.ts';
export { sessionBody } from './bodies/session-body.ts';

export { HeaderList } from './messages/headers.ts';
export { MESSAGE_LIMITS } from './messages/limits.ts';
export { type SipMessage, SipRequest, SipResponse } from './messages/message.ts';
export { type NameAddr, parseNameAddr } from './messages/name-addr.ts';
export { parseMessage } from './messages/parse-message.ts';
export { createResponse, type HeaderPair } from './messages/response.ts';
export { quote } from './messages/scan.ts';
export { serializeMessage } from './messages/serialize-message.ts';
export { StreamFramer } from './messages/stream-framer.ts';
export { hostInUri, parseSipUri, unescapeUri, uriScheme } from './messages/uri.ts';

export type { Registration } from './registrar/registrar.ts';
export type { TimerBase } from './transactions/timers.ts';

export type { Destination, LocalEnd, Source } from './transport/flow.ts';
export { sourceKey } from './transport/source-key.ts';
export type { UserAgentOptions } from './user-agent/core.ts';

export type { EndCause, PendingRequest, TransportOutput, UserAgentOutput } from './user-agent/outputs.ts';
export { ACCEPT, ACCEPT_ENCODING, type Refusal } from './user-agent/request-checks.ts';
export { UserAgent } from './user-agent/user-agent.ts';
