/** For the tests of an application: its functions and AWS services without telephones, sound and pages. */
export { startRehearsal } from './rehearsal/rehearsal.ts';
export type {
  AttendeeLeft,
  Rehearsal,
  RehearsalOptions,
  ScriptedApplication,
  ScriptedCall,
} from './rehearsal/types.ts';
