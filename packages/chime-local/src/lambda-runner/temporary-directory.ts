import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that is created when it is first asked for. */
export interface TemporaryDirectory {
  path(): string;
  /** Removes the folder and its content, if it was created. */
  remove(): void;
}

/** The /tmp of one execution environment. Developer guide, "Configure ephemeral storage": no other environment sees it. */
export function temporaryDirectoryIn(folder: string, functionName: string): TemporaryDirectory {
  let made: string | undefined;
  return {
    path() {
      if (made === undefined) {
        mkdirSync(folder, { recursive: true });
        made = mkdtempSync(join(folder, `${functionName}-`));
      }
      return made;
    },
    remove() {
      if (made === undefined) return;
      rmSync(made, { recursive: true, force: true, maxRetries: 2 });
      made = undefined;
    },
  };
}
