/** What a caller may do, and how long we wait for them. All of the handler's numbers are here. */
import { GUESS_WINDOW_MS } from '../tables/index.ts';

/** Tries a call has, whether spoilt by a wrong PIN, by too few digits or by silence. */
export const PIN_TRIES = 3;
/** Milliseconds for the first digit of a try. */
export const PIN_FIRST_DIGIT_MS = 10_000;
/** Milliseconds between two digits of a PIN. */
export const PIN_BETWEEN_DIGITS_MS = 5_000;

/** A key of the meeting menu at the end of what was pressed; a stray key before it does no harm. */
export const MEETING_KEY_PATTERN = '\\*[5-8]$';
/** Milliseconds of silence after which pressed keys are looked at. */
export const KEY_GAP_MS = 700;
/** Milliseconds after which keys that mean nothing are forgotten. */
export const KEY_FLUSH_MS = 5_000;
/** Keys of the meeting menu that one burst of digits may hold; more would not fit one response. */
export const MAX_KEYS_AT_ONCE = 2;

/** How wrong guesses slow the PIN prompt down. */
export const SLOWING = {
  /** Milliseconds for which guesses are remembered at least. */
  windowMs: GUESS_WINDOW_MS,
  /** Wrong guesses of a number that cost nothing: people mistype. */
  freeByNumber: 3,
  /** Milliseconds for the first guess too many of a number; doubled for each more. */
  stepByNumberMs: 2_000,
  /** Milliseconds that a caller waits at most before a prompt. */
  maxMs: 60_000,
} as const;

/** Milliseconds until a caller may try again when more PINs are tried than are looked at. */
export const NO_TRIES_LEFT_MS = 20_000;
/** Times that a call waits so; then it ends. */
export const MAX_WAITS_FOR_A_TRY = 6;
