export { createSns } from './sns.ts';
export { type Publication, Topics } from './topics.ts';
