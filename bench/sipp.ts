import { spawn } from 'node:child_process';
import path from 'node:path';

const ADDRESS = '127.0.0.1';
/** The scenario: INVITE, 180, 200, ACK, the hold, BYE, 200. */
const SCENARIO = path.resolve('tests/sipp/uac_hangup.xml');
/** Milliseconds after which a missing answer makes a call count as failed. */
const PATIENCE_MS = 20_000;

export interface SippCalls {
  port: number;
  to: string;
  count: number;
  /** Calls begun per second. */
  rate: number;
  /** Milliseconds from ACK to BYE. */
  holdMs: number;
}

/** Places calls with sipp; rejects with the number of failed calls when some failed. */
export async function sippCalls(calls: SippCalls): Promise<void> {
  const failed = await sippFailures(calls);
  if (failed > 0) throw new Error(`sipp: ${failed} of ${calls.count} calls failed`);
}

/** Places calls with sipp; returns how many of them failed. */
export function sippFailures({ port, to, count, rate, holdMs }: SippCalls): Promise<number> {
  const args = [
    ...[`${ADDRESS}:${port}`, '-s', to, '-key', 'from', '+15557770001', '-i', ADDRESS, '-mi', ADDRESS],
    ...['-p', '0', '-sf', SCENARIO, '-m', String(count), '-r', String(rate), '-l', String(count)],
    ...['-d', String(holdMs), '-nostdin', '-buff_size', '4000000', '-recv_timeout', String(PATIENCE_MS)],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('sipp', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let screen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      screen = (screen + chunk.toString()).slice(-20_000);
    });
    child.once('error', (error) =>
      reject(new Error(`sipp did not start (is sip-tester installed?): ${error.message}`)),
    );
    child.once('close', (code) => {
      const [, failed] = /Failed call *\|[^|]*\| *(\d+)/.exec(screen) ?? [];
      if (code === 0) resolve(0);
      else if (code === 1 && failed !== undefined) resolve(Number(failed));
      else reject(new Error(`sipp ended with ${code}\n${screen.slice(-3000)}`));
    });
  });
}
