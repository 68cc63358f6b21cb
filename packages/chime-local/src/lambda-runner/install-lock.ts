import { acquireLock } from '#platform';

/** Milliseconds for an installation of packages. Ours. */
export const INSTALL_MS = 180_000;
/** Milliseconds between looks whether another process has finished. */
const LOOK_AGAIN_MS = 200;

/** Two processes that install at once would spoil the folder. */
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
