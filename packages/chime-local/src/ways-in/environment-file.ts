import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { UserError } from '#platform';

/** Parses a file of `NAME=value` lines. @throws UserError if the file is missing */
export function readEnvironmentFile(file: string): Record<string, string> {
  if (!existsSync(file))
    throw new UserError(`The environment file ${file} is missing: make it, or name another.`);
  return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>;
}
