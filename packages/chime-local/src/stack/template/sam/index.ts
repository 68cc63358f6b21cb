/** The Serverless Application Model. */
export { expandSam, isSam } from './expand.ts';
export { isRecord, recordOf } from './expansion.ts';
