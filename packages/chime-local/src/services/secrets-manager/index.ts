export { type SecretRecord, Secrets } from './secrets.ts';
export { createSecretsManager } from './secrets-manager.ts';
