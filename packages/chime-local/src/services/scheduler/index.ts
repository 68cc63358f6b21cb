export { createScheduler, readSchedule } from './scheduler.ts';
export { Schedules } from './schedules.ts';
