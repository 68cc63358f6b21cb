/** `chime-local check`: what is wrong with a function's answer, without a call. */
export { check } from './check.ts';
