/** Public entry point of the lines: how calls are placed, and who answers those that stay on this machine. */

export { CalledParties } from './called-parties.ts';
export { type ConnectorTarget, connectorTargets } from './connector-target.ts';
export { type InternalCall, InternalLegs } from './internal-legs.ts';
export { Lines } from './lines.ts';
export { MeetingLine } from './meeting-line.ts';
export { RouteFailover } from './route-failover.ts';
export { TestParty, type TestPartyParts } from './test-party.ts';
