/** Finds the sounds of a standalone handler. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Usual names of folders with sounds, beside a handler or beside a folder above it. Folders with other names
 * are searched after them, but only beside the handler and within its project: what is further up belongs to
 * others.
 */
const SOUND_FOLDERS = ['wav', 'wav_files', 'wavs', 'prompts', 'audio', 'audio-files', 'sounds'];
/** Folders of built or installed files, which contain none of the project's own sounds. */
const NOT_LOOKED_AT = /^(?:\.|node_modules$|cdk\.out$|dist$|build$|__pycache__$)/;
/** Files that mark a project's root folder; nothing above it belongs to the project. */
const PROJECT_FILES = ['package.json', 'cdk.json', 'template.yaml', 'template.yml', 'pyproject.toml', '.git'];
/** Whether a folder is shared by many projects or users. */
const isShared = (folder: string): boolean =>
  folder === homedir() || folder === tmpdir() || folder === path.dirname(folder);
/** How many folders above a handler are searched. */
const MAX_LEVELS = 5;

const hasSounds = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => name.toLowerCase().endsWith('.wav'));

function soundsBelow(folder: string, where: 'everywhere' | 'usual'): string | undefined {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_LOOKED_AT.test(entry.name))
    .map(({ name }) => name);
  const usual = SOUND_FOLDERS.filter((name) => folders.includes(name));
  const others = where === 'everywhere' ? folders : [];
  return [...usual, ...others].map((name) => path.join(folder, name)).find(hasSounds);
}

/**
 * The first folder with sounds, beside the handler or else beside a folder above it, as with `src/` and
 * `wav/` in a project.
 */
export function soundsNear(folder: string): string | undefined {
  if (hasSounds(folder)) return folder;
  let place = folder;
  let isProject = false;
  for (let level = 0; level <= MAX_LEVELS; level++) {
    isProject ||= PROJECT_FILES.some((name) => existsSync(path.join(place, name)));
    const found = soundsBelow(place, isProject || level === 0 ? 'everywhere' : 'usual');
    if (found) return found;
    const above = path.dirname(place);
    // A package.json in the handler's own folder does not limit the search to that folder.
    if ((isProject && level > 0) || isShared(above) || isShared(place)) return undefined;
    place = above;
  }
  return undefined;
}
