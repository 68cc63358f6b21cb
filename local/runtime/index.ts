/** The front door of the runtime: for benchmarks and tests that connect parts of it themselves. */
export { CallHost, type InboundCall } from './call-host.ts';
export type { Endpoints } from './endpoints-file.ts';
export { type HallParts, MeetingHall } from './meeting-hall.ts';
export type { InvocationOutcome, OutputEdges } from './output-carrier.ts';
