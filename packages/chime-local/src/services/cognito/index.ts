export { createCognito } from './cognito.ts';
export { type UserPool, UserPools } from './user-pools.ts';
