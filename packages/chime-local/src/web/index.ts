/**
 * The public interface of the pages: the application's page, the phone, the APIs behind them, and the
 * activity stream.
 */
export { Activity } from './activity.ts';
export { ApiDirectory } from './api-directory.ts';
export { ApiRegistry, type StageThrottles } from './api-registry.ts';
export { CALLS_PATH, CallsPage, type CallTest, type CallTests } from './calls-page.ts';
export { contentTypeOf } from './content-types.ts';
export { callsPageFolder, phonePageFolder } from './page-folders.ts';
export { PHONE_PATH, PhonePage } from './phone-page.ts';
export { RestApiRegistry, ROOT_RESOURCE } from './rest-api-registry.ts';
export type { SocketParts } from './upgrades.ts';
export { type WebParts, WebServer } from './web-server.ts';
