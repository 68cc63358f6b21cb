import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promptName, UsageError } from './command-line.ts';

/** What a prompt says: a text, SSML, or silence of some length. */
export type Prompt = string | { ssml: string } | { silenceMs: number };

/** Longest silence of a prompt in milliseconds; more is a typing error. */
const MAX_SILENCE_MS = 60_000;
const LIST = 'prompts.json';

/** The prompts of a folder by name; undefined when it has no list. @throws {UsageError} when the list is damaged. */
export async function readPromptList(dir: string): Promise<Record<string, Prompt> | undefined> {
  const path = join(dir, LIST);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON (${(error as Error).message}): mend it.`);
  }
  if (typeof list !== 'object' || list === null || Array.isArray(list)) {
    throw new UsageError(`${path} is not an object of names and texts: mend it.`);
  }
  for (const [name, prompt] of Object.entries(list)) {
    promptName(name);
    if (!isPrompt(prompt)) {
      throw new UsageError(
        `${path} has no text for "${name}": give a text, {"ssml": …} or {"silenceMs": …}.`,
      );
    }
  }
  return list as Record<string, Prompt>;
}

/** Records what a prompt says, so that it can be made again. Does nothing where there is no list. */
export async function notePrompt(dir: string, name: string, prompt: Prompt): Promise<void> {
  const list = await readPromptList(dir);
  if (!list) return;
  const path = join(dir, LIST);
  await writeFile(`${path}.part`, `${JSON.stringify({ ...list, [name]: prompt }, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

function isPrompt(value: unknown): value is Prompt {
  if (typeof value === 'string') return value.trim() !== '';
  if (typeof value !== 'object' || value === null) return false;
  const { ssml, silenceMs } = value as { ssml?: unknown; silenceMs?: unknown };
  if (typeof ssml === 'string') return true;
  return typeof silenceMs === 'number' && silenceMs >= 0 && silenceMs <= MAX_SILENCE_MS;
}
