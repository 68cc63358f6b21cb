export { type LogGroup, LogGroups } from './log-groups.ts';
export { createLogs } from './logs.ts';
