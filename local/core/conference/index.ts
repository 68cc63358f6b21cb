/** The front door of the conference: meetings, and what each attendee hears. */
export { Attendee, type FrameForm } from './attendee.ts';
export { Meeting } from './meeting.ts';
export { Mix } from './mix.ts';
