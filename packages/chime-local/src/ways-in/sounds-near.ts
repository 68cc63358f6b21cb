/** Where the sounds of a handler are that is run alone. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** Folders beside a handler, or beside a folder above it, that usually have sounds; others are looked at after them. */
const SOUND_FOLDERS = ['wav', 'wav_files', 'wavs', 'prompts', 'audio', 'audio-files', 'sounds'];
/** What is made or installed: no sounds of the project's own. */
const NOT_LOOKED_AT = /^(?:\.|node_modules$|cdk\.out$|dist$|build$|__pycache__$)/;
/** Files that lie where a project begins: nothing above it is its own. */
const PROJECT_FILES = ['package.json', 'cdk.json', 'template.yaml', 'template.yml', 'pyproject.toml', '.git'];
/** Folders above a handler that are looked at. */
const MAX_LEVELS = 5;

const hasSounds = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => name.toLowerCase().endsWith('.wav'));

function soundsBelow(folder: string): string | undefined {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_LOOKED_AT.test(entry.name))
    .map(({ name }) => name);
  const usual = SOUND_FOLDERS.filter((name) => folders.includes(name));
  return [...usual, ...folders].map((name) => path.join(folder, name)).find(hasSounds);
}

/** The first folder with sounds: beside the handler, else beside a folder above it, as `src/` and `wav/` of a project. */
export function soundsNear(folder: string): string | undefined {
  if (hasSounds(folder)) return folder;
  let place = folder;
  let isProject = false;
  for (let level = 0; level <= MAX_LEVELS; level++) {
    const found = soundsBelow(place);
    if (found) return found;
    isProject ||= PROJECT_FILES.some((name) => existsSync(path.join(place, name)));
    const above = path.dirname(place);
    // A handler's own package.json says nothing of what lies beside its folder.
    if ((isProject && level > 0) || above === place || above === homedir() || place === homedir())
      return undefined;
    place = above;
  }
  return undefined;
}
