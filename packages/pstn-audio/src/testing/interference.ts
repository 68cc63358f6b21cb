import type { InvocationEvent } from '../events/index.ts';
import type { VirtualCall } from './virtual-call.ts';

/** What is done to one invocation of the function. */
export interface InvocationFault {
  /** Milliseconds of the call's time until its answer is there. */
  slowMs?: number;
  /** It throws: before it does anything, or when it has done its work and its answer is lost. */
  fails?: 'before' | 'after';
}

/** Who meddles with the calls of an application: `atEveryStep`. */
export interface Interference {
  /** Something has happened to a call; whatever follows from it has been begun. */
  happened(call: VirtualCall): void;
  /** The function is asked. */
  invoked(event: InvocationEvent): InvocationFault | undefined;
}
