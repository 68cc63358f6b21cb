import path from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import {
  type ApplicationSource,
  DEFAULT_REGION,
  isAllowedHost,
  type NumberParty,
  type NumberRoute,
  PARTY_NAMES,
  parseParty,
  parseRoute,
  type StartOptions,
} from '#options';
import { DEFAULT_PORT, DEFAULT_SIP_PORT } from './usage.ts';

/** A mistake in the command line, explained in one sentence. */
export class OptionError extends Error {
  override name = 'OptionError';
}

const MAX_PORT = 65_535;
/** Matches a Region's name, e.g. `us-west-2`, `us-gov-east-1`. */
const REGION = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new OptionError(`--${name} takes a port from 0 to ${MAX_PORT}, not ${JSON.stringify(text)}.`);
}

/** `--route`: the destination of bridged calls. @throws OptionError */
function readRoute(text: string): NumberRoute {
  return parseRoute(text) ?? refuse('route', text, 'NUMBER=sip:HOST:PORT');
}

/** `--party`: what the test party does. @throws OptionError */
function readParty(text: string): NumberParty {
  const form = `NUMBER=SCRIPT, where SCRIPT is ${PARTY_NAMES.join(', ')}, or steps such as "ring 2; answer; say Hello; press 1#; wait 5; hangup"`;
  return parseParty(text) ?? refuse('party', text, form);
}

/** `--allow-network`: a host that functions may reach. @throws OptionError */
function readAllowedHost(text: string): string {
  const host = text.trim().toLowerCase();
  return isAllowedHost(host) ? host : refuse('allow-network', text, 'a host name, *.DOMAIN or *');
}

function refuse(name: string, text: string, form: string): never {
  throw new OptionError(`--${name} takes ${form}, not ${JSON.stringify(text)}.`);
}

function eachOf<T>(values: unknown, read: (text: string) => T): T[] {
  return Array.isArray(values) ? values.map((text) => read(String(text))) : [];
}

type Values = Record<string, string | boolean | string[] | undefined>;

/** Parses the `NAME=VALUE` pairs of a repeatable option. */
function pairsOf(option: string, values: unknown, form: string): Record<string, string> {
  const pairs = eachOf(values, (text): [string, string] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw refuse(option, text, form);
    return [name, value];
  });
  return Object.fromEntries(pairs);
}

/** The application to run; at most one may be named. @throws OptionError */
function sourceOf(values: Values, positionals: readonly string[], root: string): ApplicationSource {
  const given = {
    PATH: positionals[0],
    '--assembly': values.assembly ?? values['cdk-out'],
    '--template': values.template,
    '--config': values.config,
    '--empty': values.empty || undefined,
  };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  if (named.length > 1 || positionals.length > 1) {
    const names = named.map(([name]) => name).join(', ');
    throw new OptionError(
      `One application runs at a time; name one, not ${named.length > 1 ? names : positionals.join(', ')}.`,
    );
  }
  const place = (value: unknown) => path.resolve(root, String(value));
  const parameters = pairsOf('parameter', values.parameter, 'NAME=VALUE');
  const buckets = pairsOf('bucket', values.bucket, 'NAME=FOLDER');
  return {
    ...(given.PATH === undefined ? {} : { path: place(given.PATH) }),
    ...(given['--assembly'] === undefined ? {} : { assembly: place(given['--assembly']) }),
    ...(given['--template'] === undefined ? {} : { template: place(given['--template']) }),
    ...(given['--config'] === undefined ? {} : { config: place(given['--config']) }),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    ...(Object.keys(buckets).length > 0 ? { buckets } : {}),
  };
}

/** The options of the command line. */
export const OPTIONS = {
  port: { type: 'string', default: String(DEFAULT_PORT) },
  'sip-port': { type: 'string', default: String(DEFAULT_SIP_PORT) },
  'sip-tls-port': { type: 'string' },
  'aws-port': { type: 'string', default: '0' },
  data: { type: 'string' },
  ephemeral: { type: 'boolean', default: false },
  lan: { type: 'boolean', default: false },
  endpoints: { type: 'string', default: path.join('.local', 'endpoints.json') },
  assembly: { type: 'string' },
  template: { type: 'string' },
  config: { type: 'string' },
  parameter: { type: 'string', multiple: true, default: [] },
  bucket: { type: 'string', multiple: true, default: [] },
  events: { type: 'boolean', default: true },
  'no-events': { type: 'boolean', default: false },
  'record-keys': { type: 'boolean', default: false },
  // The former name of `assembly`.
  'cdk-out': { type: 'string' },
  route: { type: 'string', multiple: true, default: [] },
  party: { type: 'string', multiple: true, default: [] },
  bot: { type: 'string', multiple: true, default: [] },
  'allow-network': { type: 'string', multiple: true, default: [] },
  'node-sockets': { type: 'boolean', default: false },
  'functions-on-demand': { type: 'boolean', default: false },
  empty: { type: 'boolean', default: false },
  quotas: { type: 'boolean', default: false },
  region: { type: 'string', default: DEFAULT_REGION },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} satisfies ParseArgsConfig['options'];

/** @throws OptionError */
function readCommandLine(
  argv: readonly string[],
  command: string,
): { values: Values; positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new OptionError(`${(error as Error).message.split('. ')[0]}. Try ${command} --help.`);
  }
}

/** @throws OptionError */
export function parseOptions(argv: readonly string[], root: string, command = 'npm start --'): StartOptions {
  const { values, positionals } = readCommandLine(argv, command);
  if (values.data !== undefined && values.ephemeral) {
    throw new OptionError('--data keeps what --ephemeral throws away: give one of them.');
  }
  const source = sourceOf(values, positionals, root);
  const region = String(values.region);
  if (!REGION.test(region)) refuse('region', region, 'the name of a Region, for example us-west-2');
  const folder = path.join('.local', values.empty ? 'account' : 'data');
  return {
    region,
    port: portOf('port', String(values.port)),
    sipPort: portOf('sip-port', String(values['sip-port'])),
    ...(values['sip-tls-port'] === undefined
      ? {}
      : { sipTlsPort: portOf('sip-tls-port', String(values['sip-tls-port'])) }),
    awsPort: portOf('aws-port', String(values['aws-port'])),
    dataDirectory: path.resolve(
      root,
      String(values.data ?? (region === DEFAULT_REGION ? folder : `${folder}-${region}`)),
    ),
    ephemeral: Boolean(values.ephemeral),
    lan: Boolean(values.lan),
    endpointsFile: path.resolve(root, String(values.endpoints)),
    source,
    events: Boolean(values.events) && !values['no-events'],
    recordKeys: Boolean(values['record-keys']),
    routes: eachOf(values.route, readRoute),
    parties: eachOf(values.party, readParty),
    bots: eachOf(values.bot, (file) => path.resolve(root, file)),
    nodeSockets: Boolean(values['node-sockets']),
    functionsOnDemand: Boolean(values['functions-on-demand']),
    allowNetwork: eachOf(values['allow-network'], readAllowedHost),
    empty: Boolean(values.empty),
    quotas: Boolean(values.quotas),
    verbose: Boolean(values.verbose),
    help: Boolean(values.help),
  };
}
