/** The front door of what the functions share about Chime SDK meetings. */
export { ChimeMeetings, meetingsClient, type WholeAttendee, type WholeMeeting } from './chime-meetings.ts';
export * from './live-meeting.ts';
export * from './refusal.ts';
export * from './request.ts';
