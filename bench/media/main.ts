/**
 * The media edge alone, without SIP: `node --import tsx bench/media/main.ts [callers] [size of meetings]
 * [seconds] [node]`. Callers send tones without pause from a C program (needs `cc`); prints CPU time and the
 * spacing of the packets that they receive. `node`: with Node's own sockets. Meeting size 0 leaves the
 * callers without a meeting and plays a tone to each.
 */

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tone } from '#audio';
import { startMediaEdge } from '#media-edge';

const [callers = 200, meetingSize = 200, seconds = 8] = process.argv.slice(2, 5).map(Number);
const sockets = process.argv[5] ?? 'batched';
const FIRST_LOCAL_PORT = 30_000;

const folder = mkdtempSync(join(tmpdir(), 'bench-media-'));
const program = join(folder, 'callers');
execFileSync('cc', ['-O2', '-o', program, join(import.meta.dirname, 'callers.c'), '-lm']);

const nothing = () => {};
const edge = await startMediaEdge({ address: '127.0.0.1', sockets: sockets === 'node' ? 'node' : 'batched' });
edge.observe({
  onDigit: nothing,
  onPlaybackFinished: nothing,
  onSpeaking: nothing,
  onLevels: nothing,
  onTransportUp: nothing,
  onTransportDown: nothing,
  onMediaLost: nothing,
  onFatal: (error) => {
    throw error;
  },
});
edge.loadAudio('tone', tone(440, 8_000 * 4, 8_000));
const rssBefore = process.memoryUsage().rss;
const pairs: string[] = [];
for (let n = 0; n < callers; n++) {
  const legId = `call-${n}`;
  const local = FIRST_LOCAL_PORT + 2 * n;
  const media = await edge.openLeg(legId);
  pairs.push(`${local}:${media.rtpPort}`);
  edge.connectLeg(legId, {
    address: '127.0.0.1',
    rtpPort: local,
    rtcpPort: local + 1,
    codec: 'PCMU',
    payloadType: 0,
    dtmfPayloadType: 101,
    direction: 'sendrecv',
  });
  if (meetingSize > 0) {
    const meetingId = `meeting-${Math.floor(n / meetingSize)}`;
    edge.joinMeeting(legId, { meetingId, attendeeId: legId, muted: false });
  } else {
    edge.play(legId, { playId: legId, audioId: 'tone', repeat: 1_000 });
  }
}

const running = promisify(execFile)(program, [String(seconds), ...pairs]);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
await wait(2_000);
const threadBefore = await edge.stats();
const cpuBefore = process.cpuUsage();
await wait(seconds * 1000 - 500);
const cpu = process.cpuUsage(cpuBefore);
const threadAfter = await edge.stats();
const rssDuring = process.memoryUsage().rss;
const { stdout } = await running;
for (let n = 0; n < callers; n++) edge.closeLeg(`call-${n}`);
await edge.stats();
await edge.close();
rmSync(folder, { recursive: true });

const per = callers * (seconds - 0.5);
console.log(
  JSON.stringify({
    callers,
    meetingSize,
    batchedSockets: threadAfter.batchedSockets,
    processMsPerCallS: Number(((cpu.user + cpu.system) / 1000 / per).toFixed(3)),
    threadMsPerCallS: Number(((threadAfter.cpuMs - threadBefore.cpuMs) / per).toFixed(3)),
    lateTicks: threadAfter.lateTicks,
    maxLatenessMs: Number(threadAfter.maxLatenessMs.toFixed(1)),
    rssKbPerCall: Math.round((rssDuring - rssBefore) / 1024 / callers),
    ...(JSON.parse(stdout) as object),
  }),
);
