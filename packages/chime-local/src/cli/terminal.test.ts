import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

  it("a function's error is lines with the places of its sources", () => {
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

  it('A stranger’s text cannot command the terminal', () => {
    terminal.log.child('calls').info('\u001b[2J+1415 calls +1201.');
    terminal.functionFault('fn', { type: 'E\u001b[31m', message: '\u001b]0;x', frames: [] }, '');
    terminal.say('\u001b[2J');
    expect(written).not.toContain('\u001b');
  });

  it('reports of calls stand without a name before them', () => {
    terminal.log.child('calls').info('+1415 calls +1201.');
    terminal.log.child('sip').warn('A phone was refused.');
    expect(lines()[0]).toMatch(/^[\d:]{8} {2}\+1415 calls \+1201\.$/);
    expect(lines()[1]).toMatch(/^[\d:]{8} {2}sip: A phone was refused\.$/);
  });

  it("lines of functions lose what Lambda's runtime puts before them", () => {
    terminal.functionLine('fn', '2026-01-01T00:00:00.000Z\tab-12\tINFO\thello');
    terminal.functionLine('fn', '2026-01-01T00:00:00.000Z\tab-12\tERROR\tno order');
    terminal.functionLine('fn', 'REPORT RequestId: ab-12');
    expect(lines().map((line) => line.slice(10))).toEqual(['fn: hello', 'fn: ERROR no order']);
  });

  it('events in full are documents, and other entries are passed over', () => {
    const input = { kind: 'FunctionResponded', sequence: 1, payload: '{"SchemaVersion":"1.0"}' } as const;
    terminal.showInFull({ kind: 'Input', at: 1, ms: 0, input });
    terminal.showInFull({ kind: 'Fault', at: 1, ms: 0, text: 'it rains' });
    expect(written).toBe('          {\n            "SchemaVersion": "1.0"\n          }\n');
  });
});
