import { lstat, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWav } from '#audio';
import { type Request, UsageError } from './command-line.ts';
import { chooseEngine, type Engine, PROMPT_RATE } from './engines.ts';
import { notePrompt, type Prompt, readPromptList } from './prompt-list.ts';
import { putIntoStack, runningStack } from './running-stack.ts';

/** The folder of the deployed prompts. */
export const PROMPTS_DIR = fileURLToPath(new URL('../../apps/live-call/prompts', import.meta.url));

/** Creates what was asked for; `say` is called with one line for each file. @throws {UsageError} */
export async function createWavs(request: Request, say: (line: string) => void): Promise<void> {
  const dir = request.dir ?? PROMPTS_DIR;
  const prompts = await wanted(request, dir);
  const engine = await chooseEngine(request.engine);
  try {
    for (const [name, prompt] of prompts) {
      const samples = await samplesOf(prompt, request.voice, engine);
      const { path, bytes } = await writePrompt(dir, name, samples);
      if (request.what !== 'all') await notePrompt(dir, name, prompt);
      const seconds = (samples.length / PROMPT_RATE).toFixed(2);
      say(
        `${relative(process.cwd(), path)}: ${seconds} s, ${bytes} bytes, by ${isSilence(prompt) ? 'silence' : engine.name}`,
      );
    }
  } finally {
    await engine.close();
  }
  if (dir === PROMPTS_DIR)
    await tellStack(
      dir,
      [...prompts].map(([name]) => name),
      say,
    );
}

/** Gives the prompts to a running stack at once; the next start takes them from the folder. */
async function tellStack(dir: string, names: readonly string[], say: (line: string) => void): Promise<void> {
  const stack = runningStack();
  if (!stack) return;
  try {
    if ((await putIntoStack(stack, dir, names)) > 0) say('The running stack plays it from now on.');
  } catch (error) {
    say(`The running stack did not take it (${(error as Error).message}): start it again.`);
  }
}

async function wanted(request: Request, dir: string): Promise<[string, Prompt][]> {
  if (request.what !== 'all') {
    const { file, text, ssml } = request.what;
    return [[file, ssml ? { ssml: text } : text]];
  }
  const list = await readPromptList(dir);
  if (!list)
    throw new UsageError(`${dir} has no prompts.json: name the prompts there, or use --file and --text.`);
  return Object.entries(list);
}

async function samplesOf(prompt: Prompt, voiceId: string, engine: Engine): Promise<Int16Array> {
  if (typeof prompt === 'string') return engine.speak({ text: prompt, textType: 'text', voiceId });
  if ('ssml' in prompt) return engine.speak({ text: prompt.ssml, textType: 'ssml', voiceId });
  return new Int16Array(Math.round((prompt.silenceMs * PROMPT_RATE) / 1000));
}

const isSilence = (prompt: Prompt): boolean => typeof prompt === 'object' && 'silenceMs' in prompt;

/** Writes to a temporary file and renames it, so that a deployment never takes half a file. */
async function writePrompt(
  dir: string,
  name: string,
  samples: Int16Array,
): Promise<{ path: string; bytes: number }> {
  const path = join(dir, `${name}.wav`);
  const wav = writeWav({ sampleRate: PROMPT_RATE, samples });
  try {
    await mkdir(dir, { recursive: true });
    const there = await lstat(path).catch(() => undefined);
    if (there && !there.isFile()) throw new UsageError(`${path} is not a file of its own: remove it first.`);
    await writeFile(`${path}.part`, wav);
    await rename(`${path}.part`, path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}.`);
  }
  return { path, bytes: wav.length };
}
