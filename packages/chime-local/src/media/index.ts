/** The public interface of the media edge. */
export {
  type CertificateAuthority,
  createCertificateAuthority,
  isPair,
} from './dtls/authority.ts';
export { createServerCertificate } from './dtls/identity.ts';
export type * from './media-edge.ts';
export { LEVEL_MS, SILENT } from './sound-levels.ts';

/** See `start-media-edge.ts`, which is loaded only when sound is to be sent: a rehearsal has none. */
export const startMediaEdge: typeof import('./start-media-edge.ts').startMediaEdge = async (...given) =>
  (await import('./start-media-edge.ts')).startMediaEdge(...given);
