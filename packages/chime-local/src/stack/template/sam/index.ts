/** The public interface of the Serverless Application Model's transform. */
export { expandSam, isSam, SAM_TYPES } from './expand.ts';
export { recordOf } from './expansion.ts';
export { EVENT_TYPES } from './function-events.ts';
