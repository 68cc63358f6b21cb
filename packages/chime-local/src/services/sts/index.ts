export { createSts, type SessionIssuer, type StsOptions } from './sts.ts';
