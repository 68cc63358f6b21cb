import { createSocket } from 'node:dgram';
import { reservePorts } from '#testkit';
import { installed, PeerProcess } from './peer-process.ts';

/** Milliseconds within which an OPTIONS is answered. */
const ANSWER_MS = 500;

const SDP =
  'v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-\\r\\nc=IN IP4 127.0.0.1\\r\\nt=0 0\\r\\nm=audio 9 RTP/AVP 0\\r\\n';

/** Answers each call with a description and ends it: a proxy's SIP alone, without sound. One worker. */
const configuration = (port: number): string => `
debug=0
log_stderror=yes
children=1
enable_tls=no
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:${port}
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "pv.so"
loadmodule "textops.so"
request_route {
  if (is_method("ACK")) exit;
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  t_newtran();
  if (is_method("INVITE")) {
    t_reply("180", "Ringing");
    append_to_reply("Contact: <sip:bench@127.0.0.1:${port}>\\r\\n");
    set_reply_body("${SDP}", "application/sdp");
  }
  t_reply("200", "OK");
}
`;

export interface SipPeer {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** Kamailio where it is installed. */
export async function startKamailio(): Promise<SipPeer | undefined> {
  const program = installed('kamailio');
  if (!program) return undefined;
  const port = await reservePorts();
  const args = (folder: string): string[] => [
    ...['-DD', '-E', '-f', `${folder}/kamailio.cfg`, '-P', `${folder}/pid`, '-Y', folder],
    ...['-m', '256', '-M', '16'],
  ];
  const files = { 'kamailio.cfg': configuration(port) };
  const peer = await PeerProcess.start(program, args, files, () => answersOptions(port));
  return { pid: peer.pid, port, stop: () => peer.stop() };
}

function answersOptions(port: number): Promise<boolean> {
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
