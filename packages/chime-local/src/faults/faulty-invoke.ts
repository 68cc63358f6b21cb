import type { OutputEdges } from '#call-host';
import { type Clock, functionNameIn } from '#platform';
import type { Faults } from './faults.ts';

type Invoke = OutputEdges['invoke'];

/** The answer of a function that does nothing. */
const NOTHING = '{"SchemaVersion":"1.0","Actions":[]}';
const HANGUP = /"InvocationEventType":"HANGUP"/;

/** Applies the faults of functions that are switched on to the invocations for calls. */
export function faultyInvoke(invoke: Invoke, faults: Faults, clock: Clock): Invoke {
  return async (functionArn, payload, ...more) => {
    const name = functionNameIn(functionArn);
    if (HANGUP.test(payload) && faults.take('missed-hangup', name)) {
      return { ok: true, payload: NOTHING, undelivered: true };
    }
    if (faults.take('failing-function', name)) {
      return { ok: false, reason: 'error', message: 'The fault failing-function is switched on.' };
    }
    const slow = faults.take('slow-function', name);
    const outcome = await invoke(functionArn, payload, ...more);
    if (slow) await new Promise<void>((resolve) => void clock.after(slow.ms, resolve));
    return outcome;
  };
}
