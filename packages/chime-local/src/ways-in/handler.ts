/**
 * An application from a handler alone: one function, one SIP media application, and the sounds nearby as a
 * bucket.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SynthesisedStack } from '#template';
import { bucketVariablesOf } from './bucket-variables.ts';
import type { ChimeLocalConfig } from './config/config.ts';
import { stackOfConfig } from './config/stack-of-config.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { functionSource } from './function-source.ts';
import { missingVariables } from './missing-variables.ts';
import { soundsNear } from './sounds-near.ts';

/** The bucket of the sounds near the handler, and the variable that gives its name to every handler. */
const SOUNDS_BUCKET = 'prompts';
const SOUNDS_VARIABLE = 'BUCKET_NAME';
/** The bucket for recordings, created if the handler names one. */
const RECORDINGS_BUCKET = 'recordings';
/** Lambda's limit for the length of a function's name, in characters. */
const MAX_FUNCTION_NAME = 64;

/** `source`: the file or folder. `buckets`: folders by bucket name. @throws UserError */
export function stackOfHandler(
  source: string,
  buckets: Readonly<Record<string, string>> = {},
): SynthesisedStack {
  const { entry } = functionSource(source);
  const folder = path.dirname(entry);
  const name = path
    .basename(path.resolve(source), path.extname(entry))
    .replace(/[^a-zA-Z0-9_-]/g, '-')
    .slice(0, MAX_FUNCTION_NAME);
  const sounds = soundsNear(folder);
  const given = Object.entries(buckets).map(([bucket, from]) => [bucket, { folder: path.resolve(from) }]);
  const variables = bucketVariablesOf(entry);
  // A bucket that the handler reads is created even without sounds, so that errors about missing files can
  // name it.
  const found = sounds
    ? [[SOUNDS_BUCKET, { folder: sounds, endings: ['.wav'] }]]
    : variables.sounds.length > 0
      ? [[SOUNDS_BUCKET, {}]]
      : [];
  const [[bucketName] = []] = given.length > 0 ? given : found;
  const environmentFile = path.join(folder, '.env');
  const told = (names: readonly string[], bucket: string | undefined): Record<string, string> =>
    bucket === undefined ? {} : Object.fromEntries(names.map((variable) => [variable, bucket]));
  const environment = {
    ...told([SOUNDS_VARIABLE, ...variables.sounds], bucketName && String(bucketName)),
    ...told(variables.recordings, RECORDINGS_BUCKET),
    ...(existsSync(environmentFile) ? readEnvironmentFile(environmentFile) : {}),
  };
  const config: ChimeLocalConfig = {
    functions: { [name]: { source: entry, environment } },
    buckets: {
      ...(variables.recordings.length > 0 ? { [RECORDINGS_BUCKET]: {} } : {}),
      ...Object.fromEntries(given.length > 0 ? given : found),
    },
    sipMediaApplications: { [name]: { function: name } },
  };
  const where = `write NAME=value lines into ${environmentFile}, or name them, with the tables and queues that they stand for, in a chime-local.config.json`;
  const missing = missingVariables(entry, environment, where);
  return { ...stackOfConfig(config, folder), notices: missing === undefined ? [] : [missing] };
}
