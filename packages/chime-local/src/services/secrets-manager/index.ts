export { Secrets } from './secrets.ts';
export { createSecretsManager, randomPassword } from './secrets-manager.ts';
