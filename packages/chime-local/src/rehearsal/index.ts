/** The front door of the rehearsal: recorded calls with today's code. */
export { replayCommand } from './replay/command.ts';
