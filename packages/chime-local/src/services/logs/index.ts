export { LogGroups } from './log-groups.ts';
export { createLogs } from './logs.ts';
