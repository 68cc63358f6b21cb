export { EventBuses } from './buses.ts';
export { createEvents } from './events.ts';
