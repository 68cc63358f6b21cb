/** The public interface of attendance: who is in which meeting, and who is to be heard. */
export { Attendance } from './attendance.ts';
export type { AttendanceOutput, MediaCapability, RosterChange, RosterEntry } from './presence.ts';
