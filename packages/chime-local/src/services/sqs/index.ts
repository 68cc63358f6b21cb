export { type NewMessage, Queues } from './queues.ts';
export { createSqs } from './sqs.ts';
