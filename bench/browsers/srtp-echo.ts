/**
 * The lower bound for browsers' sound: as many UDP sockets as the argument says, each of which decrypts what
 * arrives and sends it back encrypted again: browsers send and get 10 ms in each packet. No jitter buffer, no
 * Opus, no mixing. Prints its ports as one JSON line; ends with its input.
 */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { SRTP_PROFILES, SrtpReceiver, SrtpSender } from '#srtp';
import { ECHO_KEYS } from './srtp-echo-keys.ts';

const profile = SRTP_PROFILES[0]!;
const ports = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const receiver = new SrtpReceiver(profile, ECHO_KEYS.toEcho);
    const sender = new SrtpSender(profile, ECHO_KEYS.fromEcho);
    socket.on('message', (bytes, from) => {
      const packet = receiver.unprotectRtp(bytes);
      const back = packet && sender.protectRtp(packet);
      if (back) socket.send(Buffer.from(back), from.port, from.address);
    });
    return (socket.address() as AddressInfo).port;
  }),
);
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.resume().on('end', () => process.exit(0));
