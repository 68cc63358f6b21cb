/** The front door of the tables, which hold everything that outlives an invocation. */
export * from './browser-attendees.ts';
export * from './call-updates.ts';
export { documentClient, quickClient } from './document-client.ts';
export * from './guess-budget.ts';
export * from './meeting-access.ts';
export * from './meeting-info.ts';
export * from './orders.ts';
export * from './update-id.ts';
