/** `chime-local check`: finds the errors in a function's answer without a call. */
export { check } from './check.ts';
