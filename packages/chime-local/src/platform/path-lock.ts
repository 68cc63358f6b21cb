import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Locks a path for this process, because two stacks in one data folder would corrupt it. The lock is a
 * listening socket, so it ends with the process however that dies, and is never stale, as a lock file with
 * the id of a dead process could be.
 * @returns a function that releases it; undefined if another process holds it.
 */
export async function acquireLock(lockedPath: string): Promise<(() => void) | undefined> {
  const digest = createHash('sha256').update(path.resolve(lockedPath)).digest('hex').slice(0, 32);
  // On Linux, a name without a file (unix(7), abstract namespace); elsewhere, a file that may be left behind.
  const linux = process.platform === 'linux';
  const name = linux ? `\0chime-local-${digest}` : path.join(tmpdir(), `chime-local-${digest}.sock`);
  let server = await listen(name);
  if (!server && !linux && !(await answers(name))) {
    rmSync(name, { force: true });
    server = await listen(name);
  }
  return server && (() => void server.close());
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}
