/** What a caller may do, and how long we wait for them. All numbers of the handler are here. */
import { GUESS_WINDOW_MS } from '../tables/index.ts';

/** Tries that a call has, whether they fail by a wrong PIN, too few digits or silence. */
export const PIN_TRIES = 3;
/** Milliseconds to wait for the first digit of a try. */
export const PIN_FIRST_DIGIT_MS = 10_000;
/** Milliseconds to wait between two digits of a PIN. */
export const PIN_BETWEEN_DIGITS_MS = 5_000;

/** A menu key at the end of the pressed digits; a stray key before it does no harm. */
export const MEETING_KEY_PATTERN = '\\*[5-8]$';
/** Milliseconds of silence after which the pressed keys are evaluated. */
export const KEY_GAP_MS = 700;
/** Milliseconds after which meaningless keys are discarded. */
export const KEY_FLUSH_MS = 5_000;
/** Menu keys that are taken from one burst of digits; more would not fit one response. */
export const MAX_KEYS_AT_ONCE = 2;

/** How wrong guesses slow the PIN prompt down. */
export const SLOWING = {
  /** Milliseconds for which guesses are remembered at least. */
  windowMs: GUESS_WINDOW_MS,
  /** Wrong guesses of a number that have no consequence: people mistype. */
  freeByNumber: 3,
  /** Milliseconds of delay for a number's first excess guess; doubled for each further one. */
  stepByNumberMs: 2_000,
  /** Maximum milliseconds that a caller waits before a prompt. */
  maxMs: 60_000,
} as const;

/** Milliseconds until a caller may try again when more PINs are tried than are checked. */
export const NO_TRIES_LEFT_MS = 20_000;
/** How often a call waits in this way before it is ended. */
export const MAX_WAITS_FOR_A_TRY = 6;
