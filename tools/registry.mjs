// Checks whether npm's registry is reachable before npm is run: npm itself retries for minutes and says
// nothing meanwhile.
import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Milliseconds for name resolution and connection: a slower network still delivers packages, but a missing
 * one is reported.
 */
const REACH_MS = 5_000;
const NPM_REGISTRY = 'https://registry.npmjs.org/';

/** npm's setting of that name, from the environment, the project's file or the user's. */
function setting(name, folder) {
  const variable = process.env[`npm_config_${name.replaceAll('-', '_')}`];
  if (variable) return variable;
  for (const file of [path.join(folder, '.npmrc'), path.join(homedir(), '.npmrc')]) {
    if (!existsSync(file)) continue;
    const line = readFileSync(file, 'utf8').match(new RegExp(`^\\s*${name}\\s*=\\s*"?([^"\\n]+)`, 'm'));
    if (line) return line[1].trim();
  }
  return undefined;
}

/** The host that npm connects to: a proxy or the registry. Undefined where a setting cannot be read here. */
function hostOf(folder) {
  // An empty variable counts as unset.
  const { HTTPS_PROXY, https_proxy } = process.env;
  const proxy = setting('https-proxy', folder) || HTTPS_PROXY || https_proxy || setting('proxy', folder);
  try {
    const { protocol, hostname, port } = new URL(proxy || setting('registry', folder) || NPM_REGISTRY);
    return { host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) };
  } catch {
    return undefined;
  }
}

/**
 * The beginning of a sentence if the registry is unreachable; undefined if it is reachable, or this cannot be
 * determined.
 */
export async function unreachableRegistry(folder) {
  const place = hostOf(folder);
  if (!place) return undefined;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('no answer'), REACH_MS);
  });
  const why = await Promise.race([tryToReach(place), late]);
  clearTimeout(timer);
  return why && `The npm registry is out of reach (${place.host}: ${why})`;
}

async function tryToReach({ host, port }) {
  try {
    await lookup(host);
    await new Promise((resolve, reject) => {
      const socket = connect({ host, port, timeout: REACH_MS });
      socket
        .once('connect', resolve)
        .once('error', reject)
        .once('timeout', () => reject({ code: 'no answer' }));
      socket.once('connect', () => socket.destroy());
    });
    return undefined;
  } catch (error) {
    return error.code ?? error.message;
  }
}
