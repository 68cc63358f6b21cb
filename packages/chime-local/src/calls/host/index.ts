/** The front door of the calls in progress: they give inputs to the engine and carry its outputs out. */
export { AudioLibrary, type AudioObjects } from './audio-library.ts';
export { isBridge } from './bridges.ts';
export { CallHost } from './call-host.ts';
export { CallReport } from './call-report.ts';
export type { FunctionError, InvocationOutcome, InvocationWatch } from './invocations.ts';
export { type CallWatch, LiveCalls } from './live-calls.ts';
export { type Oddity, oddityText } from './oddities.ts';
export type { OutputEdges } from './output-carrier.ts';
