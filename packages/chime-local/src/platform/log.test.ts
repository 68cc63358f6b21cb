import { expect, it } from 'vitest';
import { createLog, quoted } from './log.ts';

it('A line that quotes a stranger cannot control the terminal', () => {
  const lines: string[] = [];
  const log = createLog((level, name, text) => lines.push(`${level} ${name} ${text}`))
    .child('sip')
    .child('edge');
  log.info('\u001b[2J\u009b31m\u0007called\r\n\tnobody é');
  expect(lines).toEqual(['info sip.edge \uFFFD[2J\uFFFD31m\uFFFDcalled\uFFFD\n\tnobody é']);
});

it('a stranger’s text cannot reverse the line or fill the screen', () => {
  const lines: string[] = [];
  createLog((_level, _name, text) => lines.push(text)).info(
    `\u202Egnp\u2066\u2069\u2028${'x'.repeat(10_000)}`,
  );
  expect(lines[0]).toMatch(/^\uFFFDgnp\uFFFD\uFFFD\uFFFDx+ … \(6007 more characters\)$/);
  expect(quoted(`a\r\nb\t\u202Ec`)).toBe('a\uFFFD\uFFFDb\uFFFD\uFFFDc');
  expect(quoted('x'.repeat(6_000))).toBe(`${'x'.repeat(64)}… (5936 more characters)`);
});
