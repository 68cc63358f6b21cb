export { type Authorize, type AuthorizerOptions, createAuthorizer } from './authorizer.ts';
export { type AccessKey, Credentials } from './credentials.ts';
export { Iam, type PolicyDocument } from './iam.ts';
export { createIam } from './iam-api.ts';
