/** The public interface of the rehearsal: recorded calls with today's code, and calls for tests in other languages. */
export { replayCommand } from './replay/command.ts';
export { serveStdioTests } from './stdio/stdio-tests.ts';
