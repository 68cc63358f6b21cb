/** The front door of the emulated AWS APIs. */
export * from './chime/index.ts';
export * from './cognito/index.ts';
export * from './delivery/index.ts';
export * from './dynamodb/index.ts';
export * from './ecr/index.ts';
export * from './events/index.ts';
export * from './front/index.ts';
export * from './iam/index.ts';
export * from './lambda/index.ts';
export * from './logs/index.ts';
export type * from './ports.ts';
export * from './rest/query-service.ts';
export * from './s3/index.ts';
export * from './secrets-manager/index.ts';
export * from './sns/index.ts';
export * from './sqs/index.ts';
export * from './ssm/index.ts';
export * from './sts/index.ts';
