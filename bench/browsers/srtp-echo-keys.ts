/** Keys of the echo server, for loopback only: what they protect is a tone. */
export const ECHO_KEYS = {
  toEcho: { key: new Uint8Array(16).fill(1), salt: new Uint8Array(14).fill(2) },
  fromEcho: { key: new Uint8Array(16).fill(3), salt: new Uint8Array(14).fill(4) },
};
