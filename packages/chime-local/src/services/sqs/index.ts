export { type NewMessage, type QueueRecord, Queues, type ReceivedMessage } from './queues.ts';
export { createSqs } from './sqs.ts';
