/** For the unit tests of a handler: a telephone call on a virtual clock. */
export { type Handler, type Heard, VirtualCall, type VirtualCallOptions } from './virtual-call.ts';
