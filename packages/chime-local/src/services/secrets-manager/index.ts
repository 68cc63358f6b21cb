export { Secrets } from './secrets.ts';
export { createSecretsManager } from './secrets-manager.ts';
