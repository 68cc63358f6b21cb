import { expect, it } from 'vitest';
import { LineBytes } from './line-bytes.ts';

it('Lines become bytes in their order, however long they are', () => {
  const lines = new LineBytes();
  expect(lines.take()).toBeUndefined();
  const long = `${'•'.repeat(20_000)}\n`;
  for (const line of ['first\n', long, 'last\n']) lines.add(line);
  expect(lines.take()?.toString()).toBe(`first\n${long}last\n`);
  expect(lines.take()).toBeUndefined();
  lines.add('again\n');
  expect(lines.take()?.toString()).toBe('again\n');
});
