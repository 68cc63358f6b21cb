import { isObject } from 'page-ui/is-object.ts';
import type { ConsoleConfig } from '#contract';

/** `config.json` is missing or wrong; `problems` has one sentence for each fault. */
export class ConfigProblem extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(problems.join(' '));
    this.name = 'ConfigProblem';
    this.problems = problems;
  }
}

const MEMBERS: { name: keyof ConsoleConfig; url: boolean; needed: boolean; means: string }[] = [
  { name: 'apiUrl', url: true, needed: true, means: 'base URL of the API' },
  { name: 'issuer', url: true, needed: true, means: 'URL of the OpenID Connect issuer' },
  { name: 'clientId', url: false, needed: true, means: 'client id at the issuer' },
  { name: 'phoneNumber', url: false, needed: true, means: 'number that callers dial' },
  { name: 'activityUrl', url: true, needed: false, means: 'URL of the stream that tells who speaks' },
  { name: 'phoneUrl', url: true, needed: false, means: 'URL of the page with a telephone' },
  { name: 'callsUrl', url: true, needed: false, means: 'URL of the page that shows what happened on calls' },
];

/** Addresses whose trailing slash is significant. */
const AS_WRITTEN: ReadonlySet<keyof ConsoleConfig> = new Set(['issuer', 'phoneUrl', 'callsUrl']);

/**
 * Checks the content of `config.json`. All faults are reported together, so that they can be mended together.
 *
 * @throws ConfigProblem
 */
export function checkConfig(value: unknown): ConsoleConfig {
  if (!isObject(value)) throw new ConfigProblem(['config.json is not a JSON object.']);
  const problems: string[] = [];
  const read: Partial<Record<keyof ConsoleConfig, string>> = {};
  for (const { name, url, needed, means } of MEMBERS) {
    const member = value[name];
    if (member === undefined && !needed) continue;
    if (typeof member !== 'string' || member === '') {
      problems.push(`config.json has no ${name} (${means}).`);
    } else if (url && !isHttpUrl(member)) {
      problems.push(`config.json: ${name} is not an http(s) URL: ${member}`);
    } else {
      read[name] = url && !AS_WRITTEN.has(name) ? member.replace(/\/+$/, '') : member;
    }
  }
  if (problems.length > 0) throw new ConfigProblem(problems);
  return {
    apiUrl: read.apiUrl ?? '',
    issuer: read.issuer ?? '',
    clientId: read.clientId ?? '',
    phoneNumber: read.phoneNumber ?? '',
    ...(read.activityUrl === undefined ? {} : { activityUrl: read.activityUrl }),
    ...(read.phoneUrl === undefined ? {} : { phoneUrl: read.phoneUrl }),
    ...(read.callsUrl === undefined ? {} : { callsUrl: read.callsUrl }),
  };
}

/**
 * Fetches `config.json` from the page's own origin.
 *
 * @throws ConfigProblem when it cannot be fetched or is wrong
 */
export async function loadConfig(): Promise<ConsoleConfig> {
  let response: Response;
  try {
    response = await fetch('/config.json', { cache: 'no-store' });
  } catch {
    throw new ConfigProblem(['config.json could not be fetched: no connection to the server of this page.']);
  }
  if (!response.ok)
    throw new ConfigProblem([`config.json could not be fetched: the server answered ${response.status}.`]);
  try {
    return checkConfig(await response.json());
  } catch (error) {
    if (error instanceof ConfigProblem) throw error;
    throw new ConfigProblem(['config.json is not JSON.']);
  }
}

function isHttpUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
