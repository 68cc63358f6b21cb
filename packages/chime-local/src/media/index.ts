/** The front door of the media edge. */
export {
  type CertificateAuthority,
  createCertificateAuthority,
  isPair,
} from './dtls/authority.ts';
export { createServerCertificate } from './dtls/identity.ts';
export type * from './media-edge.ts';
export { LEVEL_MS, SILENT } from './sound-levels.ts';
export { startMediaEdge } from './start-media-edge.ts';
