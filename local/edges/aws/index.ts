/** The front door of the emulated AWS APIs. */
export type * from './ports.ts';
