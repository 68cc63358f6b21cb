/**
 * `chime-local doctor`: checks what a start needs from this machine, and tells how to fix what is missing.
 */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { cacheDirectory } from '#platform';
import { DEFAULT_PORT, DEFAULT_SIP_PORT } from './usage.ts';

/** `problem`: a start is impossible until it is fixed. `warning`: one part does not work. */
export interface Finding {
  level: 'ok' | 'warning' | 'problem';
  text: string;
  /** How to fix it. */
  cure?: string;
}

/** What the checks read from the machine. */
export interface Machine {
  nodeVersion: string;
  /** Undefined if the port is free, otherwise the error's code. */
  tcpPort(port: number): Promise<string | undefined>;
  udpPort(port: number): Promise<string | undefined>;
  /** What the program prints; undefined if it does not exist or fails. */
  output(program: string, ...args: string[]): string | undefined;
  /**
   * Whether a folder of the PATH contains the program. It is not run: baresip and sipp have no `--version`.
   */
  has(program: string): boolean;
  /** Undefined if files can be written there, otherwise the error's code. */
  writable(folder: string): string | undefined;
  /** Undefined if the URL answers, otherwise the reason. */
  reach(url: string): Promise<string | undefined>;
}

/** The oldest Node.js that runs this; `engines` of the package. */
const OLDEST_NODE = [20, 19] as const;
/** The oldest Python runtime that Lambda still offers. */
const OLDEST_PYTHON = [3, 9] as const;
/** Milliseconds for the registry's answer. Our choice. */
const REACH_MS = 5000;
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'firefox', 'firefox-esr'];
const PHONES = ['baresip', 'linphonec', 'linphone', 'sipp'];

const older = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [, one = 0, two = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return one < major || (one === major && two < minor);
};

function node({ nodeVersion }: Machine): Finding {
  const wanted = OLDEST_NODE.join('.');
  if (!older(nodeVersion, OLDEST_NODE)) return { level: 'ok', text: `Node.js ${nodeVersion}` };
  const text = `Node.js ${nodeVersion} is older than ${wanted}`;
  return { level: 'problem', text, cure: `install Node.js ${wanted} or newer` };
}

async function port(
  what: string,
  number: number,
  option: string,
  asked: Promise<string | undefined>,
): Promise<Finding> {
  const code = await asked;
  if (code === undefined) return { level: 'ok', text: `${what} ${number} is free` };
  const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
  return {
    level: 'warning',
    text: `${what} ${number} ${why}`,
    cure: `stop what uses it, or give ${option} 0`,
  };
}

function python(machine: Machine): Finding {
  const cure = `install Python ${OLDEST_PYTHON.join('.')} or newer with its venv module; functions in Python do not run without`;
  const version = machine.output('python3', '--version');
  if (version === undefined) return { level: 'warning', text: 'python3 is missing', cure };
  if (older(version, OLDEST_PYTHON)) return { level: 'warning', text: `${version} is too old`, cure };
  if (machine.output('python3', '-c', 'import venv, ensurepip; print(1)') === undefined)
    return { level: 'warning', text: `${version} has no venv module`, cure };
  return { level: 'ok', text: version };
}

function folder(
  machine: Machine,
  what: string,
  place: string,
  level: 'warning' | 'problem',
  cure: string,
): Finding {
  const code = machine.writable(place);
  if (code === undefined) return { level: 'ok', text: `${what} ${place} can be written` };
  return { level, text: `${what} ${place} cannot be written (${code})`, cure };
}

async function registry(machine: Machine): Promise<Finding> {
  const url = machine.output('npm', 'config', 'get', 'registry') ?? 'https://registry.npmjs.org/';
  const why = await machine.reach(url);
  // The URL may contain a password.
  const name = URL.canParse(url) ? new URL(url).host : url;
  if (why === undefined) return { level: 'ok', text: `the npm registry ${name} answers` };
  const cure =
    'check the network or the proxy; SDK packages that are not here yet cannot be installed without';
  return { level: 'warning', text: `the npm registry ${name} does not answer (${why})`, cure };
}

/** Optional programs; none of them is required. */
function programs(machine: Machine, what: string, names: readonly string[], instead: string): Finding {
  const found = names.filter((name) => machine.has(name));
  return { level: 'ok', text: `${what}: ${found.join(', ') || `none found; ${instead}`}` };
}

/** All findings, in the order in which they are printed. `directory`: where the start would happen. */
export async function diagnose(machine: Machine, directory: string): Promise<Finding[]> {
  return [
    node(machine),
    await port('port', DEFAULT_PORT, '--port', machine.tcpPort(DEFAULT_PORT)),
    await port('SIP port (UDP)', DEFAULT_SIP_PORT, '--sip-port', machine.udpPort(DEFAULT_SIP_PORT)),
    await port('SIP port (TCP)', DEFAULT_SIP_PORT, '--sip-port', machine.tcpPort(DEFAULT_SIP_PORT)),
    folder(
      machine,
      'the data folder',
      path.join(directory, '.local'),
      'problem',
      'give --data DIR or --ephemeral',
    ),
    folder(machine, 'the cache', cacheDirectory(), 'problem', 'set XDG_CACHE_HOME to a folder of your own'),
    python(machine),
    await registry(machine),
    programs(machine, 'C compiler', ['cc'], 'sound travels by Node’s own sockets, at a higher price'),
    programs(machine, 'browsers', BROWSERS, 'any browser shows the phone'),
    programs(machine, 'SIP phones', PHONES, 'the phone page needs none'),
  ];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The machine that this process runs on. */
export const THIS_MACHINE: Machine = {
  nodeVersion: process.versions.node,
  tcpPort: (number) =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      server.listen(number, '127.0.0.1', () => server.close(() => resolve(undefined)));
    }),
  udpPort: (number) =>
    new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      socket.bind(number, '127.0.0.1', () => socket.close(() => resolve(undefined)));
    }),
  output(program, ...args) {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: REACH_MS });
    return status === 0 ? (stdout || stderr).trim().split('\n')[0] : undefined;
  },
  has: (program) =>
    (process.env.PATH ?? '')
      .split(path.delimiter)
      .some((folder) => folder !== '' && isExecutable(path.join(folder, program))),
  writable(place) {
    let existing = place;
    while (!existsSync(existing)) existing = path.dirname(existing);
    try {
      accessSync(existing, constants.W_OK);
      if (existing !== place) mkdirSync(place, { recursive: true });
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'error';
    }
  },
  async reach(url) {
    try {
      await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MS) });
      return undefined;
    } catch (error) {
      return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).name;
    }
  },
};

/** A finding as one line of text. */
export const lineOf = ({ level, text, cure }: Finding): string =>
  `${level.padEnd(8)} ${text}${cure ? `: ${cure}` : ''}.`;

/** Prints the findings. @returns the exit status: 1 if a finding prevents a start */
export async function doctor(machine: Machine = THIS_MACHINE): Promise<number> {
  const findings = await diagnose(machine, process.cwd());
  for (const finding of findings) process.stdout.write(`${lineOf(finding)}\n`);
  return findings.some(({ level }) => level === 'problem') ? 1 : 0;
}
