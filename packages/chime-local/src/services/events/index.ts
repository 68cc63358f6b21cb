export { EventBuses } from './buses.ts';
export { createEvents } from './events.ts';
export { fitsPattern } from './pattern.ts';
export { nextTime } from './schedule.ts';
