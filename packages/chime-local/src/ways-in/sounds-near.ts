/** Where the sounds of a handler are that is run alone. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Folders beside a handler, or beside a folder above it, that usually have sounds. Others are looked at after them, beside the
 * handler and within its project: further up lies what belongs to others.
 */
const SOUND_FOLDERS = ['wav', 'wav_files', 'wavs', 'prompts', 'audio', 'audio-files', 'sounds'];
/** What is made or installed: no sounds of the project's own. */
const NOT_LOOKED_AT = /^(?:\.|node_modules$|cdk\.out$|dist$|build$|__pycache__$)/;
/** Files that lie where a project begins: nothing above it is its own. */
const PROJECT_FILES = ['package.json', 'cdk.json', 'template.yaml', 'template.yml', 'pyproject.toml', '.git'];
/** Folders of many projects, and of strangers. */
const isShared = (folder: string): boolean =>
  folder === homedir() || folder === tmpdir() || folder === path.dirname(folder);
/** Folders above a handler that are looked at. */
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

/** The first folder with sounds: beside the handler, else beside a folder above it, as `src/` and `wav/` of a project. */
export function soundsNear(folder: string): string | undefined {
  if (hasSounds(folder)) return folder;
  let place = folder;
  let isProject = false;
  for (let level = 0; level <= MAX_LEVELS; level++) {
    isProject ||= PROJECT_FILES.some((name) => existsSync(path.join(place, name)));
    const found = soundsBelow(place, isProject || level === 0 ? 'everywhere' : 'usual');
    if (found) return found;
    const above = path.dirname(place);
    // A handler's own package.json says nothing of what lies beside its folder.
    if ((isProject && level > 0) || isShared(above) || isShared(place)) return undefined;
    place = above;
  }
  return undefined;
}
