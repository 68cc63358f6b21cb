/** The front door of the media edge. */
export { createServerCertificate } from './dtls/identity.ts';
export type * from './media-edge.ts';
export { startMediaEdge } from './start-media-edge.ts';
