/** The front door of the SIP edge. */
export type * from './sip-edge.ts';
