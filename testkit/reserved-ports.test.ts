import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { EPHEMERAL_RANGE_FILE, reservePorts } from './reserved-ports.ts';

const run = promisify(execFile);
const PROCESSES = 2;

it('Reserved ports are given once, the first of a row even', async () => {
  const firsts = await Promise.all([1, 3, 4, 15, 1, 2].map((count) => reservePorts(count)));
  const ports = firsts.flatMap((first, index) =>
    Array.from({ length: [1, 3, 4, 15, 1, 2][index] ?? 0 }, (_, place) => first + place),
  );
  expect(new Set(ports).size).toBe(26);
  expect(firsts.filter((first) => first % 2 === 1)).toEqual([]);
  await expect(reservePorts(16)).rejects.toThrow('at most 15');
});

it('Processes that reserve at once get different ports', async () => {
  const script = `const { reservePorts } = await import('${import.meta.resolve('./reserved-ports.ts')}');
    // All begin at the same place.
    Object.defineProperty(process, 'pid', { value: 1 });
    console.log(await reservePorts(15));
    process.stdin.once('data', () => process.exit(0));`;
  const children = Array.from({ length: PROCESSES }, () =>
    run(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script]),
  );
  const firsts = await Promise.all(
    children.map(async ({ child }) => String((await once(child.stdout ?? child, 'data'))[0]).trim()),
  );
  for (const { child } of children) child.stdin?.end('\n');
  await Promise.all(children);
  expect(new Set(firsts).size).toBe(PROCESSES);
});

it('No socket that asks for any port gets a reserved one', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const given = socket.address().port;
  socket.close();
  const [lowest = given, highest = given] = existsSync(EPHEMERAL_RANGE_FILE)
    ? readFileSync(EPHEMERAL_RANGE_FILE, 'utf8').trim().split(/\s+/).map(Number)
    : [];
  const reserved = await reservePorts();
  expect(reserved < lowest || reserved > highest).toBe(true);
});
