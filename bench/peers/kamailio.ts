import { reservePorts } from '#testkit';
import { answersOptions } from './asks-options.ts';
import { installed, PeerProcess } from './peer-process.ts';

const SDP =
  'v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-\\r\\nc=IN IP4 127.0.0.1\\r\\nt=0 0\\r\\nm=audio 9 RTP/AVP 0\\r\\n';

/** Answers each call with a session description and ends it: only a proxy's SIP, without sound. One worker. */
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

/** Kamailio, where it is installed. */
export async function startKamailio(): Promise<SipPeer | undefined> {
  const program = installed('kamailio');
  if (!program) return undefined;
  const port = await reservePorts();
  const args = (folder: string): string[] => [
    ...['-DD', '-E', '-f', `${folder}/kamailio.cfg`, '-P', `${folder}/pid`, '-Y', folder],
    ...['-m', '256', '-M', '16'],
  ];
  const files = { 'kamailio.cfg': configuration(port) };
  const peer = await PeerProcess.start(
    program,
    args,
    () => files,
    () => answersOptions(port),
  );
  return { pid: peer.pid, port, stop: () => peer.stop() };
}
