import { reservePorts } from '#testkit';
import { answersOptions } from './asks-options.ts';
import type { SipPeer } from './kamailio.ts';
import { installed, PeerProcess } from './peer-process.ts';

/** Each call is answered and joins the conference that it dials; nothing is announced, played or recorded. */
const files = (folder: string, port: number): Readonly<Record<string, string>> => ({
  'asterisk.conf': `[directories]
astetcdir => ${folder}
astdbdir => ${folder}
astspooldir => ${folder}
astrundir => ${folder}
astlogdir => ${folder}
[options]
documentation_language = en_US
hideconnect = yes
`,
  'modules.conf': '[modules]\nautoload = yes\n',
  'logger.conf': '[general]\n[logfiles]\nconsole = error\n',
  'cdr.conf': '[general]\nenable = no\n',
  'stasis.conf': '',
  'rtp.conf': '[general]\nrtpstart = 10000\nrtpend = 19999\n',
  'pjsip.conf': `[udp]
type = transport
protocol = udp
bind = 127.0.0.1:${port}
[bench]
type = endpoint
transport = udp
context = bench
disallow = all
allow = ulaw
direct_media = no
rtp_symmetric = yes
[bench]
type = identify
endpoint = bench
match = 127.0.0.1
`,
  'confbridge.conf': `[general]
[default_user]
type = user
quiet = yes
music_on_hold_when_empty = no
[default_bridge]
type = bridge
internal_sample_rate = 8000
mixing_interval = 20
`,
  'extensions.conf': `[bench]
exten => _room.,1,Ringing()
same => n,Answer()
same => n,ConfBridge(\${EXTEN})
`,
});

/** Asterisk, where it is installed: PJSIP and ConfBridge. */
export async function startAsterisk(): Promise<SipPeer | undefined> {
  const program = installed('asterisk');
  if (!program) return undefined;
  const port = await reservePorts();
  const args = (folder: string): string[] => ['-f', '-C', `${folder}/asterisk.conf`];
  const peer = await PeerProcess.start(
    program,
    args,
    (folder) => files(folder, port),
    () => answersOptions(port),
  );
  return { pid: peer.pid, port, stop: () => peer.stop() };
}
