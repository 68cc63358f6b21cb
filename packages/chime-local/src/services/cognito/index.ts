export { createCognito } from './cognito.ts';
export { UserPools } from './user-pools.ts';
