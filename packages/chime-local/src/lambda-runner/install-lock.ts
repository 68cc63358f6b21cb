import { acquireLock } from '#platform';

/** Time limit for installing packages, in milliseconds. Ours. */
export const INSTALL_MS = 180_000;
/** Interval in milliseconds for checking whether another process has finished. */
const LOOK_AGAIN_MS = 200;

/** Waits for the folder's lock: two processes that installed at once would corrupt the folder. */
export async function lockWhenFree(folder: string): Promise<() => void> {
  const deadline = performance.now() + INSTALL_MS;
  for (;;) {
    const release = await acquireLock(folder);
    if (release) return release;
    if (performance.now() > deadline)
      throw new Error(`another process has been installing in ${folder} for too long`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
