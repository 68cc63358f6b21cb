export type { AccessQuestion } from './access.ts';
export { type Authorize, type AuthorizerOptions, makeAuthorizer } from './authorizer.ts';
export { Iam, type PolicyDocument, type Role } from './iam.ts';
export { type IamOptions, makeIam } from './iam-api.ts';
