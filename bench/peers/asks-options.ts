import { createSocket } from 'node:dgram';

/** Milliseconds within which an OPTIONS must be answered. */
const ANSWER_MS = 500;

/** Whether a SIP server answers at the port, whatever the answer. */
export function answersOptions(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const end = (answered: boolean): void => {
      clearTimeout(patience);
      socket.close();
      resolve(answered);
    };
    const patience = setTimeout(() => end(false), ANSWER_MS);
    socket.once('message', () => end(true));
    socket.bind(0, '127.0.0.1', () => {
      const here = `127.0.0.1:${socket.address().port}`;
      const lines = [
        `OPTIONS sip:bench@127.0.0.1:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${here};branch=z9hG4bKready;rport`,
        `From: <sip:bench@${here}>;tag=ready`,
        `To: <sip:bench@127.0.0.1:${port}>`,
        `Call-ID: ready-${here}`,
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 70',
        'Content-Length: 0',
      ];
      socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
    });
  });
}
