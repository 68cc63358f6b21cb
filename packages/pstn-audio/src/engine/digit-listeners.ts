import { MAX_DIGITS } from '../limits.ts';
import type { DigitListenerSettings } from './actions/action.ts';
import type { DigitListener, Leg } from './call.ts';
import { matches } from './digits/pattern.ts';
import { digitsReceivedEvent } from './events/digits-received.ts';
import { happened, type Turn } from './turn.ts';

/**
 * ReceiveDigits listeners: one for each leg, independent of the queue, armed until it is replaced or the leg
 * ends (pstn-audio 5.9).
 */

/** Arms a new listener without digits on the leg; it replaces any earlier one. */
export function armListener(
  turn: Turn,
  leg: Leg,
  parameters: Record<string, unknown>,
  how: DigitListenerSettings,
): void {
  disarmListener(turn, leg.legId);
  const { pattern, inBetweenMs, flushMs } = how;
  const nothingYet = { digits: '', gapAt: null, flushAt: null };
  turn.call.digitListeners = [
    ...turn.call.digitListeners,
    { legId: leg.legId, parameters, pattern, inBetweenMs, flushMs, ...nothingYet },
  ];
}

export function disarmListener(turn: Turn, legId: string): void {
  turn.call.digitListeners = turn.call.digitListeners.filter((listener) => listener.legId !== legId);
}

/** Gives a key that no action took to the leg's listener. Without a listener the key is discarded. */
export function hearDigit(turn: Turn, legId: string, digit: string): void {
  const listener = turn.call.digitListeners.find((candidate) => candidate.legId === legId);
  if (!listener) return;
  const heard: DigitListener = {
    ...listener,
    digits: listener.digits + digit,
    gapAt: turn.now + listener.inBetweenMs,
    flushAt: listener.flushAt ?? turn.now + listener.flushMs,
  };
  if (heard.digits.length >= MAX_DIGITS) report(turn, heard);
  else put(turn, heard);
}

/** Handles the gaps and flushes that are due. */
export function listenersTimeReached(turn: Turn): void {
  for (const listener of turn.call.digitListeners) {
    const gapOver = listener.gapAt !== null && listener.gapAt <= turn.now;
    if (gapOver && matches(listener.pattern, listener.digits)) report(turn, listener);
    else if (listener.flushAt !== null && listener.flushAt <= turn.now) report(turn, listener);
    else if (gapOver) put(turn, { ...listener, gapAt: null });
  }
}

function report(turn: Turn, listener: DigitListener): void {
  happened(turn, digitsReceivedEvent(listener));
  put(turn, { ...listener, digits: '', gapAt: null, flushAt: null });
}

function put(turn: Turn, listener: DigitListener): void {
  turn.call.digitListeners = turn.call.digitListeners.map((other) =>
    other.legId === listener.legId ? listener : other,
  );
}
