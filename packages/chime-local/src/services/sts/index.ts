export { makeSts, type SessionIssuer, type StsOptions } from './sts.ts';
