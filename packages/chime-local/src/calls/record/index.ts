/** The front door of the records of calls: what happens on a call is told here, written down, and read again. */
export { CallRecords } from './call-records.ts';
export {
  type ApplicationPlace,
  maskedKeysIn,
  TEST_FORMS,
  type TestForm,
  type TestOfCall,
  testFormOf,
  testNames,
  testText,
} from './test-file.ts';
