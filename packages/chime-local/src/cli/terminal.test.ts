import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Terminal } from './terminal.ts';

describe('the terminal', () => {
  let written: string;
  let terminal: Terminal;

  beforeEach(() => {
    written = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
    terminal = new Terminal({ verbose: false, lan: false, awsEnvironment: 'aws-env' });
  });
  afterEach(() => vi.restoreAllMocks());

  const lines = (): string[] => written.trimEnd().split('\n');

  it("A function's error is printed with its source positions", () => {
    const frames = ['a', 'b', 'c', 'd', 'e'].map((text, index) => ({
      text,
      file: `${process.cwd()}/handlers/decide.ts`,
      line: index + 1,
      column: 3,
    }));
    terminal.functionFault('Stack-answer0A1B2C3D', { type: 'TypeError', message: 'no order', frames }, '{}');
    expect(lines()[0]).toMatch(/^\d\d:\d\d:\d\d {2}answer: TypeError: no order$/);
    expect(lines()[1]).toBe('          at a (handlers/decide.ts:1:3)');
    expect(lines()).toHaveLength(5);
  });

  it('Text from outside cannot control the terminal', () => {
    terminal.log.child('calls').info('\u001b[2J+1415 calls +1201.');
    terminal.functionFault('fn', { type: 'E\u001b[31m', message: '\u001b]0;x', frames: [] }, '');
    terminal.say('\u001b[2J');
    expect(written).not.toContain('\u001b');
  });

  it('Reports of calls are printed without a logger name', () => {
    terminal.log.child('calls').info('+1415 calls +1201.');
    terminal.log.child('sip').warn('A phone was refused.');
    expect(lines()[0]).toMatch(/^[\d:]{8} {2}\+1415 calls \+1201\.$/);
    expect(lines()[1]).toMatch(/^[\d:]{8} {2}sip: A phone was refused\.$/);
  });

  it('a loop of errors leaves room for what comes of it', () => {
    const log = terminal.log.child('calls');
    for (let n = 0; n < 50; n++) {
      log.info(`#${n} ACTION_FAILED`);
      log.error('VoiceId is "NoSuchVoice".');
    }
    log.error('25 failures in a row: the call is ended.');
    const shown = lines().map((line) => line.slice(10));
    expect(shown.filter((line) => line.startsWith('#'))).toHaveLength(20);
    expect(shown.filter((line) => !line.startsWith('#'))).toEqual([
      'VoiceId is "NoSuchVoice".',
      '25 failures in a row: the call is ended.',
    ]);
  });

  it("The preamble of Lambda's runtime is removed from functions' lines", () => {
    terminal.functionLine('fn', '2026-01-01T00:00:00.000Z\tab-12\tINFO\thello');
    terminal.functionLine('fn', '2026-01-01T00:00:00.000Z\tab-12\tERROR\tno order');
    terminal.functionLine('fn', 'REPORT RequestId: ab-12');
    terminal.functionLine('Stack-orders544AE5AD-TB473AU9WWCO', 'sold');
    expect(lines().map((line) => line.slice(10))).toEqual([
      'fn: hello',
      'fn: ERROR no order',
      'orders: sold',
    ]);
  });

  it('The rows of a start are broken between words at 60 columns', () => {
    const { isTTY, columns } = process.stdout;
    onTestFinished(() => void Object.assign(process.stdout, { isTTY, columns }));
    Object.assign(process.stdout, { isTTY: true, columns: 60 });
    const row = { phoneNumber: '+12015550100', name: 'calls' };
    const here = 'http://127.0.0.1:4280';
    const endpoints = { phone: `${here}/phone/`, calls: `${here}/calls/`, api: `${here}/api`, console: '' };
    const sip = { host: '127.0.0.1', port: 5060 };
    const all = { ...endpoints, phoneNumber: row.phoneNumber, phoneNumbers: [row], sip, awsEndpoint: here };
    terminal.ready(all as Parameters<Terminal['ready']>[0], []);
    expect(lines()).toContain('        --lan lets others call)');
    for (const line of lines()) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('Full events are printed as documents; other entries are skipped', () => {
    const input = { kind: 'FunctionResponded', sequence: 1, payload: '{"SchemaVersion":"1.0"}' } as const;
    terminal.showInFull({ kind: 'Input', at: 1, ms: 0, input });
    terminal.showInFull({ kind: 'Fault', at: 1, ms: 0, text: 'it rains' });
    expect(written).toBe('          {\n            "SchemaVersion": "1.0"\n          }\n');
  });
});
