/** The front door of the speech edge. */
export type * from './speech.ts';
