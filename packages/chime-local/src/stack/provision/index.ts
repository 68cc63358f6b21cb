/** The front door of the resource providers. */
export { AnswerInboxes } from './answer-inboxes.ts';
export { CHIME_PRINCIPAL, HostedParts } from './hosted-parts.ts';
export { providersOf } from './providers.ts';
export type { ProviderServices } from './services.ts';
export { sipMediaApplicationsBySdk } from './sip-media-applications-by-sdk.ts';
