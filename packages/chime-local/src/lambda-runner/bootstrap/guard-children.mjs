/**
 * Keeps what a function starts on this machine, too: worker threads, and child processes in Node.js and
 * Python, which learn of it through their environment. For other programs the environment names a proxy,
 * which most of them use.
 */
import childProcess from 'node:child_process';
import { join } from 'node:path';
import workers from 'node:worker_threads';

const CHILDREN = join(import.meta.dirname, 'children');
const PRELOAD = join(CHILDREN, 'preload.cjs');
/** The only arguments of this process that threads get; options for the heap size are not passed on. */
const THREAD_ARGUMENTS = ['--enable-source-maps'];

/** `facts` is as for `guardNetwork`. The function's own environment stays unchanged. */
export function guardChildren({ functionName, awsPort, tlsPort, allowed }) {
  const facts = JSON.stringify({ functionName, awsPort, tlsPort, allowed });
  guardProcesses((environment) => ({
    ...environment,
    ...proxyVariables(awsPort),
    CHIME_LOCAL_NETWORK: facts,
    NODE_OPTIONS: [environment.NODE_OPTIONS, `--require ${JSON.stringify(PRELOAD)}`]
      .filter(Boolean)
      .join(' '),
    PYTHONPATH: [CHILDREN, environment.PYTHONPATH].filter(Boolean).join(':'),
  }));
  guardThreads(facts);
}

/**
 * Programs that are not guarded from within (curl, other languages) mostly honour these variables; see
 * services/front/tunnels.ts.
 */
function proxyVariables(awsPort) {
  const proxy = `http://127.0.0.1:${awsPort}`;
  const here = 'localhost,127.0.0.1,::1';
  return {
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: here,
    no_proxy: here,
  };
}

function guardProcesses(told) {
  const { spawn } = childProcess.ChildProcess.prototype;
  childProcess.ChildProcess.prototype.spawn = function guarded(options) {
    const pairs = options.envPairs.map((pair) => [
      pair.slice(0, pair.indexOf('=')),
      pair.slice(pair.indexOf('=') + 1),
    ]);
    const envPairs = Object.entries(told(Object.fromEntries(pairs))).map(
      ([name, value]) => `${name}=${value}`,
    );
    return spawn.call(this, { ...options, envPairs });
  };
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const original = childProcess[name];
    childProcess[name] = function guarded(...args) {
      const last = args.at(-1);
      const given = args.length > 1 && typeof last === 'object' && last !== null && !Array.isArray(last);
      const options = given ? args.pop() : {};
      return original(...args, { ...options, env: told(options.env ?? process.env) });
    };
  }
}

/** A thread gets a copy of the environment, unless it shares that of the process. */
function guardThreads(facts) {
  const { Worker, SHARE_ENV } = workers;
  const environmentOf = (given) => {
    if (given !== SHARE_ENV) return { ...(given ?? process.env), CHIME_LOCAL_NETWORK: facts };
    process.env.CHIME_LOCAL_NETWORK = facts;
    return given;
  };
  workers.Worker = class GuardedWorker extends Worker {
    constructor(file, options = {}) {
      const execArgv = [...(options.execArgv ?? THREAD_ARGUMENTS), '--require', PRELOAD];
      super(file, { ...options, execArgv, env: environmentOf(options.env) });
    }
  };
}
