/** The front door of the Lambda runner. */
export type * from './lambda-runner.ts';
