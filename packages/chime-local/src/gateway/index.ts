/** The front door of the gateway edge: API Gateway HTTP APIs and sign-in. */
export type * from './gateway.ts';
export { type FunctionResult, type HttpApiOptions, makeHttpApi } from './http-api.ts';
export { type LocalIssuerOptions, makeLocalIssuer } from './issuer.ts';
export { makeJwtCheck, type Verdict } from './jwt-authorizer.ts';
