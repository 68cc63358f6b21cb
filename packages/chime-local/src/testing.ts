/**
 * For the tests of an application: its functions and AWS services without telephones, sound and pages.
 * Includes everything for tests of a handler alone (`sma`, `atEveryStep`, the errors), so that a test needs
 * one import.
 */
export { readRecord } from 'pstn-audio/record';
export * from 'pstn-audio/testing';
export { startRehearsal } from './rehearsal/rehearsal.ts';
export type {
  AttendeeLeft,
  Rehearsal,
  RehearsalOptions,
  ScriptedApplication,
  ScriptedCall,
} from './rehearsal/types.ts';
