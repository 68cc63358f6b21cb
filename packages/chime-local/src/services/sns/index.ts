export { createSns } from './sns.ts';
export { type Publication, type SubscriptionRecord, type TopicRecord, Topics } from './topics.ts';
