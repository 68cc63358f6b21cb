/** Public entry point of the call records: what happens on a call is reported here, written down and read again. */
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
