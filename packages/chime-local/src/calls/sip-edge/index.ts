/** Public entry point of the SIP edge. */
export { checkSipPort } from './bind-sockets.ts';
export { SIP_EDGE_LIMITS, type SipEdgeLimits } from './limits.ts';
export type * from './sip-edge.ts';
export { startSipEdge } from './start-sip-edge.ts';
