/** The front door of the calls in progress: they give inputs to the engine and carry its outputs out. */
export { AudioLibrary, type AudioObjects } from './audio-library.ts';
export { isBridge } from './bridges.ts';
export { CallHost } from './call-host.ts';
export { CallReport } from './call-report.ts';
export { eventLine } from './event-line.ts';
export { LiveCalls } from './live-calls.ts';
export type { InvocationOutcome, OutputEdges } from './output-carrier.ts';
