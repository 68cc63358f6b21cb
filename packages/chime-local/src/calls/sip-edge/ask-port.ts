import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Clock } from '#platform';
import type { Destination } from '#sip';

/** How long to wait for a refusal, ms: hosts answer at once, routers within a second. */
const PATIENCE_MS = 1_000;
/** An empty line, which is ignored where a message is expected (RFC 3261 section 7.5). */
const NOTHING = Buffer.from('\r\n\r\n');

/**
 * Sends an empty line to a UDP port and calls `refused` if the host reports the port as closed (ICMP "port
 * unreachable", RFC 1122 section 4.1.3.3). Only a connected socket learns of that, so this opens one of its
 * own.
 */
export function askPort({ host, port }: Destination, clock: Clock, refused: () => void): void {
  const version = isIP(host);
  if (version === 0 || port < 1 || port > 65_535) return;
  const socket = createSocket(version === 6 ? 'udp6' : 'udp4');
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    cancel();
    socket.close();
  };
  const cancel = clock.after(PATIENCE_MS, close);
  socket.on('error', (error: NodeJS.ErrnoException) => {
    close();
    if (error.code === 'ECONNREFUSED') refused();
  });
  // Anything that comes back shows that something listens there.
  socket.on('message', close);
  socket.connect(port, host, () => {
    if (open) socket.send(NOTHING);
  });
}
