// A lock file that one process at a time can hold. It names its holder, which touches it regularly, so that
// the file of a killed process can be taken over and nobody waits for it.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Milliseconds between two checks of a lock that another process holds. */
const LOOK_MS = 100;
/** Milliseconds between two touches, and after the last one until the holder is considered gone. */
const TOUCH_MS = 2_000;
const GONE_MS = 60_000;

/** Creates the file with this text; returns false when it exists. */
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

/**
 * True when the lock has no living holder. The id of a dead process may have been given to another one: the
 * touches decide.
 */
function isStale(file, holder) {
  const touchedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return !runs(Number.parseInt(holder, 10)) || Date.now() - touchedAt > GONE_MS;
}

/**
 * Removes the lock of a holder that has ended. Only one process may do so: otherwise the second would remove
 * the first one's new lock.
 */
function removeStale(file, holder) {
  const mine = `${file}.${holder}`;
  if (!create(mine, '')) return;
  if (read(file) === holder) rmSync(file, { force: true });
  rmSync(mine, { force: true });
}

/**
 * Waits until this process holds the lock.
 *
 * @param file the lock file; its folder is created
 * @param onWait called once if another process holds it
 * @returns a function that releases the lock; it is also released when this process exits
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
