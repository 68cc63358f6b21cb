import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type Source, sources, trackedFiles } from './sources.ts';

const documents = sources(['.md']);

/** Links to files of this repository: the text that the reader sees, and the path from the repository's root. */
const linksOf = ({ path: document, text }: Source): { shown: string; target: string }[] =>
  [...text.matchAll(/\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, shown = '', target = '']) => ({
    shown,
    target: path.join(path.dirname(document), target),
  }));

it('Every link in a document leads somewhere', () => {
  const broken = documents.flatMap((document) =>
    linksOf(document).flatMap(({ target }) => (existsSync(target) ? [] : [`${document.path}: ${target}`])),
  );
  expect(broken).toEqual([]);
});

/** Abbreviations that docs/adding.md declares. */
const ABBREVIATIONS: Record<string, string> = {
  'runtime/': 'packages/chime-local/src/',
  'rules/': 'packages/pstn-audio/src/',
};

const written = (name: string, document: string): string => {
  const [prefix] = Object.keys(ABBREVIATIONS).filter((start) => name.startsWith(start));
  return document === 'docs/adding.md' && prefix ? ABBREVIATIONS[prefix] + name.slice(prefix.length) : name;
};

/** Files that a reader creates or that a start writes. */
const NOT_OURS = /^(\.local|test|dist|cdk\.out|sip-tls|service-records)\//;

it('Each file that a document names exists under that name', () => {
  const files = trackedFiles().map((file) => `/${file}`);
  const exists = (name: string): boolean => files.some((file) => file.endsWith(`/${name}`));
  const missing = documents.flatMap(({ path: document, text }) =>
    [
      ...text
        .replace(/```[\s\S]*?```/g, '')
        .matchAll(/`(?:\.\/)?([\w@-][\w@.-]*(?:\/[\w@.-]+)+\.(?:tsx?|mjs|py|md|sh))`/g),
    ]
      .map(([, name = '']) => written(name, document))
      .filter((name) => !NOT_OURS.test(name) && !exists(name))
      .map((name) => `${document}: ${name}`),
  );
  expect(missing).toEqual([]);
});

it('A link that shows a path shows the path it leads to', () => {
  const wrong = documents.flatMap((document) =>
    linksOf(document).flatMap(({ shown, target }) => {
      const [, name] = /^`([\w.-]+(?:\/[\w.-]+)+)`$/.exec(shown) ?? [];
      return name && !`/${target}`.endsWith(`/${name}`)
        ? [`${document.path}: ${name} leads to ${target}`]
        : [];
    }),
  );
  expect(wrong).toEqual([]);
});
