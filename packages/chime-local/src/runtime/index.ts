/** The front door of the runtime: for benchmarks and tests that connect parts of it themselves. */
export { CallHost, type InboundCall } from '../calls/host/call-host.ts';
export type { InvocationOutcome, OutputEdges } from '../calls/host/output-carrier.ts';
export { MeetingHost, type MeetingHostParts } from '../meetings/host/meeting-host.ts';
export type { Endpoints } from './endpoints-file.ts';
