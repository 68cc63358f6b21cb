import type { InvocationEvent } from '../events/index.ts';
import type { VirtualCall } from './virtual-call.ts';

/** A fault that is injected into one invocation of the function. */
export interface InvocationFault {
  /** Milliseconds of the call's time until the answer arrives. */
  slowMs?: number;
  /** The function throws: before it does anything, or after its work, so that its answer is lost. */
  fails?: 'before' | 'after';
}

/** Interferes with the calls of an application; `atEveryStep` does. */
export interface Interference {
  /** Called when something has happened to a call and whatever follows from it has begun. */
  happened(call: VirtualCall): void;
  /** Called when the function is invoked; may return a fault. */
  invoked(event: InvocationEvent): InvocationFault | undefined;
}
