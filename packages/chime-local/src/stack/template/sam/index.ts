/** The Serverless Application Model. */
export { expandSam, isSam, SAM_TYPES } from './expand.ts';
export { recordOf } from './expansion.ts';
export { EVENT_TYPES } from './function-events.ts';
