import { describe, expect, it } from 'vitest';
import { OPTIONS, OptionError, parseOptions } from './options.ts';
import { OPTIONS_HELP } from './usage.ts';

/** Options that --help leaves out: a former name, and one that restates the default. */
const UNTOLD = ['cdk-out', 'events'];

describe('options of npm start', () => {
  it('The defaults of npm start fit a single machine', () => {
    expect(parseOptions([], '/p')).toMatchObject({
      port: 4280,
      sipPort: 5060,
      dataDirectory: '/p/.local/data',
      ephemeral: false,
      lan: false,
      quotas: false,
    });
    expect(parseOptions(['--quotas'], '/p').quotas).toBe(true);
  });

  it('By default events are printed and recorded keys masked', () => {
    expect(parseOptions([], '/p')).toMatchObject({ events: true, recordKeys: false });
    expect(parseOptions(['--events'], '/p').events).toBe(true);
    const other = parseOptions(['--no-events', '--record-keys'], '/p');
    expect(other).toMatchObject({ events: false, recordKeys: true });
  });

  it('By default the socket library is compiled', () => {
    expect(parseOptions([], '/p').nodeSockets).toBe(false);
    expect(parseOptions(['--node-sockets'], '/p').nodeSockets).toBe(true);
  });

  it('By default functions are started in advance', () => {
    expect(parseOptions([], '/p').functionsOnDemand).toBe(false);
    expect(parseOptions(['--functions-on-demand'], '/p').functionsOnDemand).toBe(true);
  });

  it.each([
    [['a.ts', '--bucket', 'b=wav'], { path: '/p/a.ts', buckets: { b: 'wav' } }],
    [['--template', 't.yaml', '--parameter', 'A=b=c'], { template: '/p/t.yaml', parameters: { A: 'b=c' } }],
    [['--assembly', 'cdk.out'], { assembly: '/p/cdk.out' }],
    [['--config', 'c.json'], { config: '/p/c.json' }],
    [[], {}],
  ])('The application is taken from %j', (argv, source) => {
    expect(parseOptions(argv, '/p').source).toEqual(source);
  });

  it.each([
    [['--port', 'x'], /--port takes a port from 0 to 65535, not "x"/],
    [['--sip-port=70000'], /--sip-port takes a port/],
    [['--colour'], /Unknown option '--colour'/],
    [['--data', 'd', '--ephemeral'], /give one of them/],
    [['--region', 'Oregon'], /--region takes the name of a Region, for example us-west-2, not "Oregon"/],
    [['a.ts', 'b.ts'], /name one, not a.ts, b.ts/],
    [['a.ts', '--template', 't.yaml'], /name one, not PATH, --template/],
    [['--template', 't.yaml', '--parameter', 'A'], /--parameter takes NAME=VALUE, not "A"/],
    [['--route', '1206=x'], /--route takes NUMBER=sip:HOST:PORT, not "1206=x"/],
  ])('%j is refused in one sentence', (argv, message) => {
    expect(() => parseOptions(argv, '/p')).toThrow(OptionError);
    expect(() => parseOptions(argv, '/p')).toThrow(message);
  });

  it('--help names each option', () => {
    const told = [...OPTIONS_HELP.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name);
    const taken = Object.keys(OPTIONS).filter((name) => !UNTOLD.includes(name));
    expect(told.sort()).toEqual(taken.sort());
  });

  it('Each Region keeps its data in its own folder', () => {
    const folder = (...argv: string[]): string => parseOptions(argv, '/p').dataDirectory;
    expect(folder('--region', 'us-west-2')).toBe('/p/.local/data-us-west-2');
    expect(folder('--region', 'us-west-2', '--empty')).toBe('/p/.local/account-us-west-2');
    expect(folder('--region', 'us-west-2', '--data', 'd')).toBe('/p/d');
  });
});
