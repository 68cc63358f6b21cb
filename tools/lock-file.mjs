// A lock file: one process at a time. It names its holder, who touches it again and again, so that one left behind by a
// process that was killed is taken over and nobody waits for it.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_MS = 100;
/** Milliseconds between two touches, and since the last one after which the holder is taken for gone. */
const TOUCH_MS = 2_000;
const GONE_MS = 60_000;

/** Creates the file with this text; false when it exists. */
function create(file, text) {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** True when the lock has no living holder. The number of a dead process may be given to another: the touches tell. */
function isStale(file, holder) {
  const touchedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return !runs(Number.parseInt(holder, 10)) || Date.now() - touchedAt > GONE_MS;
}

/** Removes the lock of a holder that has ended. Only one process may: else the second would remove the first one's. */
function removeStale(file, holder) {
  const mine = `${file}.${holder}`;
  if (!create(mine, '')) return;
  if (read(file) === holder) rmSync(file, { force: true });
  rmSync(mine, { force: true });
}

/**
 * Waits until this process holds the lock.
 *
 * @param file the lock file; its folder is made
 * @param onWait called once if another process holds it
 * @returns how to release it; it is released when this process exits, too
 */
export async function acquireLock(file, onWait = () => {}) {
  mkdirSync(path.dirname(file), { recursive: true });
  const me = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  for (let told = false; !create(file, me); ) {
    const holder = read(file);
    if (holder && isStale(file, holder)) {
      removeStale(file, holder);
      continue;
    }
    if (!told) onWait();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const touching = setInterval(() => {
    if (read(file) === me) utimesSync(file, new Date(), new Date());
  }, TOUCH_MS).unref();
  const release = () => {
    clearInterval(touching);
    process.off('exit', release);
    if (read(file) === me) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return release;
}
