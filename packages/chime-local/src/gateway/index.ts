/** The front door of the gateway edge: API Gateway HTTP APIs and sign-in. */
export type * from './gateway.ts';
export { createHttpApi, type HttpApiOptions } from './http-api.ts';
export { createLocalIssuer } from './issuer.ts';
export { createJwtCheck } from './jwt-authorizer.ts';
export { createRestApi } from './rest-api.ts';
