/**
 * SIP media applications that nobody has declared. Many templates contain only the function and leave it to
 * the user to create the application in the console.
 */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { VoiceDirectory } from '#aws';
import type { FunctionSpec, LambdaRunner } from '#lambda-runner';
import type { Log } from '#platform';
import type { VoiceResources } from '#provision';

/** A name that only the handler of a SIP media application reads, however its code was bundled. */
const READS_CALL_EVENTS = 'InvocationEventType';
const SOURCES = /\.(?:[cm]?js|py)$/;
const NOT_ITS_OWN = /^(?:\.|node_modules$|__pycache__$|test(?:s|ing)?$|site-packages$)|\.test\.|_test\.py$/;
/** Maximum number and size of a function's files that are read. Ours. */
const MAX_FILES = 50;
const MAX_FILE_BYTES = 5 * 1024 * 1024;

interface Parts {
  functions: Pick<LambdaRunner, 'list'>;
  directory: Pick<VoiceDirectory, 'applicationIds'>;
  voice: Pick<VoiceResources, 'createApplication'>;
  region: string;
  log: Pick<Log, 'info'>;
}

/** If there is no application at all, creates one for each function that reads call events, and logs it. */
export async function giveApplications({ functions, directory, voice, region, log }: Parts): Promise<void> {
  if (directory.applicationIds().length > 0 || functions.list().length === 0) return;
  let isGiven = false;
  for (const spec of functions.list()) {
    if (!(await readsCallEvents(spec))) continue;
    const { functionName: name, arn: functionArn } = spec;
    await voice.createApplication({ name, functionArn, awsRegion: region });
    isGiven = true;
    log.info(`No SIP media application is declared: ${name} is made one, for it reads the events of calls.`);
  }
  if (isGiven) return;
  log.info(
    `No number leads anywhere: no SIP media application is declared, and no function reads ${READS_CALL_EVENTS}, as a handler of calls does.`,
  );
}

async function readsCallEvents({ code, handler }: Pick<FunctionSpec, 'code' | 'handler'>): Promise<boolean> {
  // Code that cannot be read is reported when the function is invoked.
  const found = await code().catch(() => undefined);
  if (found !== undefined && (await isAnother(found.directory, handler))) return false;
  return (
    found !== undefined &&
    sourcesIn(found.directory).some((file) => readFileSync(file).includes(READS_CALL_EVENTS))
  );
}

/** Whether the handler's file has another function that is the one for calls, as functions may share their code. */
async function isAnother(directory: string, handler: string): Promise<boolean> {
  const [, place = '', member] = /^(.+)\.([^.]+)$/.exec(handler) ?? [];
  const files = ['.js', '.mjs', '.cjs', '.py'].map((ending) => path.join(directory, place + ending));
  const file = files.find((one) => existsSync(one));
  if (!file) return false;
  const { membersOf } = await import('#ways-in');
  const { names, forCalls } = membersOf(file);
  return forCalls !== undefined && names.includes(member ?? '') && member !== forCalls;
}

/** The function's own scripts, those in the top folder first. */
function sourcesIn(folder: string, found: string[] = []): string[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true }).filter(
    ({ name }) => !NOT_ITS_OWN.test(name),
  );
  for (const entry of entries) {
    if (found.length >= MAX_FILES) return found;
    const file = path.join(folder, entry.name);
    if (entry.isFile() && SOURCES.test(entry.name) && statSync(file).size <= MAX_FILE_BYTES) found.push(file);
  }
  for (const entry of entries) {
    if (entry.isDirectory() && found.length < MAX_FILES) sourcesIn(path.join(folder, entry.name), found);
  }
  return found;
}
