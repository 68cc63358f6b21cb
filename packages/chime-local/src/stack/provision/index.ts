/** The public interface of the resource providers. */
export { AnswerInboxes } from './answer-inboxes.ts';
export { CustomResourceFunctions } from './custom-resource-functions.ts';
export { CHIME_PRINCIPAL, HostedParts } from './hosted-parts.ts';
export {
  BOT_FILE,
  BUCKET_FOLDER,
  PHONE_NUMBER,
  SIP_RULE,
  TABLE_ITEMS,
  TEST_PARTY,
} from './local-resources.ts';
export { providedTypes, providersOf } from './providers.ts';
export type { ProviderServices } from './services.ts';
export { VoiceResources } from './voice-resources.ts';
