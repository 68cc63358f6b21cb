import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Bot, readBots } from '#bots';
import { UserError } from '#platform';

/** Reads a bot file. @throws UserError if the file does not exist or describes no bot */
export function readBotFile(file: string): Bot[] {
  try {
    return readBots(readFileSync(file, 'utf8'), path.dirname(path.resolve(file)));
  } catch (error) {
    throw new UserError(`The bot file ${file} cannot be used: ${(error as Error).message}`);
  }
}

/** The bots of the command line and of the files that a configuration names. */
export class BotFiles {
  readonly #given: readonly Bot[];
  readonly #byFile = new Map<string, readonly Bot[]>();

  constructor(given: readonly Bot[]) {
    this.#given = given;
  }

  /** Adds the bots of a file. @throws UserError */
  add(file: string): void {
    this.#byFile.set(file, readBotFile(file));
  }

  remove(file: string): void {
    this.#byFile.delete(file);
  }

  all(): Bot[] {
    return [...this.#given, ...[...this.#byFile.values()].flat()];
  }
}
