/** Public entry point of the calls in progress, which feed inputs to the engine and carry out its outputs. */
export { AudioLibrary, type AudioObjects } from './audio-library.ts';
export { isBridge } from './bridges.ts';
export { CallHost, type CallRecorder } from './call-host.ts';
export { CallReport } from './call-report.ts';
export type { FunctionError, InvocationOutcome, InvocationWatch } from './invocations.ts';
export { type CallWatch, LiveCalls } from './live-calls.ts';
export { type Oddity, oddityText } from './oddities.ts';
export type { OutputEdges } from './output-carrier.ts';
