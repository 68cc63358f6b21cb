import { expect, it } from 'vitest';
import { makeLog } from './log.ts';

it('a line that quotes a stranger cannot command the terminal', () => {
  const lines: string[] = [];
  const log = makeLog((level, name, text) => lines.push(`${level} ${name} ${text}`))
    .child('sip')
    .child('edge');
  log.info('\u001b[2J\u009b31m\u0007called\r\n\tnobody é');
  expect(lines).toEqual(['info sip.edge \uFFFD[2J\uFFFD31m\uFFFDcalled\uFFFD\n\tnobody é']);
});
