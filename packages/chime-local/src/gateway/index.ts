/** The public interface of the gateway: API Gateway HTTP and REST APIs, and sign-in. */
export type * from './gateway.ts';
export { createHttpApi, type HttpApiOptions } from './http-api.ts';
export { createLocalIssuer } from './issuer.ts';
export { createJwtCheck } from './jwt-authorizer.ts';
export { createRestApi } from './rest-api.ts';
