export { type BusEvent, EventBuses, type RuleRecord, type TargetRecord } from './buses.ts';
export { createEvents } from './events.ts';
