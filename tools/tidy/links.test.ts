import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { sources } from './sources.ts';

it('No link in a document leads to nothing', () => {
  const broken = sources(['.md']).flatMap((source) =>
    [...source.text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
      .map(([, target]) => path.join(path.dirname(source.path), target as string))
      .filter((target) => !existsSync(target))
      .map((target) => `${source.path}: ${target}`),
  );
  expect(broken).toEqual([]);
});
