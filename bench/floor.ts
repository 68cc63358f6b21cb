import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { percentile, sleep } from './machine.ts';

/** A server that answers every POST with the bytes it received, and prints its port. */
const ECHO = `
  const server = require('node:http').createServer({ noDelay: true }, (question, answer) => {
    const parts = [];
    question.on('data', (part) => parts.push(part));
    question.on('end', () => answer.end(Buffer.concat(parts)));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.stdin.resume().on('end', () => process.exit(0));
`;
/** Bytes of a request: as many as an event to a function has. */
const BODY = Buffer.alloc(1500, 'x');
/** Milliseconds between exchanges: as with updates, caches are no longer warm. */
const REST_MS = 10;

/** p50, in ms, of one exchange over a persistent connection to a bare Node server in another process. */
export async function httpFloor(count: number): Promise<number> {
  const child = spawn(process.execPath, ['-e', ECHO], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const agent = new Agent({ keepAlive: true });
  const exchange = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const question = request({ host: '127.0.0.1', port, method: 'POST', agent }, (answer) => {
        answer.resume().once('end', resolve);
      });
      question.once('error', reject).end(BODY);
    });
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const before = performance.now();
    await exchange();
    times.push(performance.now() - before);
    await sleep(REST_MS);
  }
  agent.destroy();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await exited;
  return percentile(times, 0.5);
}
