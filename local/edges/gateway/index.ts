/** The front door of the gateway edge: API Gateway HTTP APIs and sign-in. */
export type * from './gateway.ts';
