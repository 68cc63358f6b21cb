import type { CallOutput, PlayAudio, SendKeys, SpeakText } from '../engine/outputs.ts';

/** What somebody on the phone heard: the key of a file, a text that was spoken, or keys that were sent. */
export type Heard = { file: string } | { text: string } | { keys: string };

/** A sound whose length is asked for. */
export type Sound = { bucket: string; key: string } | { text: string };

/**
 * Milliseconds that a sound lasts. An object has the lengths of files by their keys, and other files do not
 * exist; a function returns `undefined` for a file that does not exist. Playing a file that does not exist
 * fails as on AWS.
 */
export type SoundLengths = Readonly<Record<string, number>> | ((sound: Sound) => number | undefined);

/** Milliseconds of a file if its length is not given. */
export const DEFAULT_FILE_MS = 1_000;
/** Milliseconds of a spoken character if the length of a text is not given: about 150 words a minute. */
export const SPOKEN_CHARACTER_MS = 65;

/** Milliseconds that the request takes; undefined if its file does not exist. */
export function lengthOf(
  output: PlayAudio | SpeakText | SendKeys,
  lengths: SoundLengths | undefined,
): number | undefined {
  if (output.kind === 'SendKeys') {
    const { keys, toneMs, gapMs, commaMs } = output;
    return [...keys].reduce((total, key) => total + (key === ',' ? commaMs : toneMs + gapMs), 0);
  }
  if (output.kind === 'SpeakText') {
    const given = typeof lengths === 'function' ? lengths({ text: output.text }) : undefined;
    return given ?? output.text.length * SPOKEN_CHARACTER_MS;
  }
  const { BucketName: bucket, Key: key } = output.source;
  if (lengths === undefined) return DEFAULT_FILE_MS * output.repeat;
  const once = typeof lengths === 'function' ? lengths({ bucket, key }) : lengths[key];
  return once === undefined ? undefined : once * output.repeat;
}

/** What the party hears when this request is carried out. */
export function heardOf(output: PlayAudio | SpeakText | SendKeys): Heard {
  if (output.kind === 'PlayAudio') return { file: output.source.Key };
  return output.kind === 'SpeakText' ? { text: output.text } : { keys: output.keys };
}

/** Whether the output is a request to play something. */
export function isPlay(output: CallOutput): output is PlayAudio | SpeakText | SendKeys {
  return output.kind === 'PlayAudio' || output.kind === 'SpeakText' || output.kind === 'SendKeys';
}

/** What is expected to be heard: a file's key or its end, words of a text, keys; or a pattern; or exactly this. */
export type Expected = string | RegExp | Heard;

/** True if what is heard is what was expected. */
export function isHeard(heard: Heard, expected: Expected): boolean {
  const [[kind, said] = ['', '']] = Object.entries(heard);
  // Unlike `test`, `search` begins anew each time, whatever the flags.
  if (expected instanceof RegExp) return said.search(expected) >= 0;
  if (typeof expected !== 'string') return said === Object.entries(expected)[0]?.[1] && kind in expected;
  if (kind === 'file') return said === expected || said.endsWith(`/${expected}`);
  return kind === 'text' ? said.includes(expected) : said === expected;
}

/** Describes what is heard. */
export function showHeard(heard: Heard): string {
  if ('file' in heard) return heard.file;
  return 'text' in heard ? `“${heard.text}”` : `keys ${heard.keys}`;
}
