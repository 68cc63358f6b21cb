import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { SRTP_PROFILES, SrtpSender } from '#srtp';
import { processCpuMs, sleep } from '../machine.ts';
import { PACKET_MS, PreparedVoice } from './prepared-voice.ts';
import { ECHO_KEYS } from './srtp-echo-keys.ts';

const SENT_EVERY_MS = PACKET_MS.full;
const SETTLE_MS = 1_000;

/** CPU of a bare SRTP echo with that many sockets, 100 packets a second to each and back, in ms a second. */
export async function srtpFloor(sockets: number, measureMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/browsers/srtp-echo.ts', String(sockets)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ports = JSON.parse(String((await lines.next()).value)) as number[];
  const talkers = ports.map((port) => talkerTo(port));
  try {
    await sleep(SETTLE_MS);
    const [before, beganAt] = [processCpuMs(child.pid as number), performance.now()];
    await sleep(measureMs);
    const seconds = (performance.now() - beganAt) / 1000;
    return (processCpuMs(child.pid as number) - before) / seconds;
  } finally {
    for (const hush of talkers) hush();
    child.stdin.end();
    await exited;
  }
}

/** Sends 100 packets a second to the port; returns a function that stops it. */
function talkerTo(port: number): () => void {
  const socket = createSocket('udp4').on('message', () => {});
  const voice = new PreparedVoice('full');
  voice.says = 'tone';
  const sender = new SrtpSender(SRTP_PROFILES[0]!, ECHO_KEYS.toEcho);
  let dueMs = performance.now() + Math.random() * SENT_EVERY_MS;
  const pace = setInterval(() => {
    for (; dueMs <= performance.now(); dueMs += SENT_EVERY_MS) {
      const packet = sender.protectRtp(voice.next());
      if (packet) socket.send(Buffer.from(packet), port, '127.0.0.1');
    }
  }, SENT_EVERY_MS / 4);
  return () => {
    clearInterval(pace);
    socket.close();
  };
}
