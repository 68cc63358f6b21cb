/** The front door of the gateway edge: API Gateway HTTP APIs and sign-in. */
export type * from './gateway.ts';
export { createHttpApi, type FunctionResult, type HttpApiOptions } from './http-api.ts';
export { createLocalIssuer, type LocalIssuerOptions } from './issuer.ts';
export { createJwtCheck, type Verdict } from './jwt-authorizer.ts';
