export { Iam, type PolicyDocument, type Role } from './iam.ts';
export { type IamOptions, makeIam } from './iam-api.ts';
