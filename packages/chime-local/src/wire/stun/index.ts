/**
 * Public interface of the STUN folder: an ICE-lite agent's side of connectivity checks (RFC 8489, RFC 8445).
 */
export { hasIntegrity, readStun, type StunMessage } from './read-message.ts';
export { writeRequest } from './write-request.ts';
export { writeError, writeSuccess } from './write-response.ts';
