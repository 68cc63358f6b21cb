export type { AccessQuestion } from './access.ts';
export { type Authorize, type AuthorizerOptions, createAuthorizer } from './authorizer.ts';
export { type AccessKey, Credentials } from './credentials.ts';
export { Iam, type PolicyDocument, type Role } from './iam.ts';
export { createIam, type IamOptions } from './iam-api.ts';
