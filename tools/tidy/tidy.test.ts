import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_LINES, ROOMS, type Room } from './rooms.ts';
import { importsOf, type Source, sources } from './sources.ts';

const code = sources(['.ts', '.tsx', '.mts']);
const isTest = (source: Source): boolean => /\.test\.tsx?$|\/testing\//.test(source.path);

function roomOf(file: string): Room | undefined {
  return ROOMS.find((room) => file.startsWith(`${room.folder}/`));
}

/** Packages of this repository: they are imported by name. */
const PACKAGES = ['pstn-audio', 'page-ui', 'chime-local'];

/** The front door that a specifier names: `#name` or one of our packages. */
function doorOf(specifier: string): string | undefined {
  const [name = ''] = specifier.split('/');
  return name.startsWith('#') || PACKAGES.includes(name) ? name : undefined;
}

/** The builds of the pages: loaded only when a page is out of date, and only in a checkout. */
const PAGE_BUILDS = [
  'packages/ui/build-page.ts',
  'packages/ui/page-config.ts',
  'packages/chime-local/phone/build.ts',
  'packages/chime-local/calls-page/build.ts',
  'apps/live-call/console/build.ts',
];

/** Published declarations have only relative imports: `#names` mean nothing outside of this checkout. */
const PUBLISHED = [
  'packages/chime-local/src/index.ts',
  'packages/chime-local/src/testing.ts',
  'packages/chime-local/src/runtime/chime-local-options.ts',
];

/** The violation of one import, or undefined. */
function violation(source: Source, room: Room, specifier: string, typeOnly: boolean): string | undefined {
  const where = `${source.path} imports ${specifier}`;
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(source.path), specifier);
    const leaves = roomOf(target) !== room && !PUBLISHED.includes(source.path);
    return leaves && !PAGE_BUILDS.includes(target) ? `${where}: use the other room's front door` : undefined;
  }
  const door = doorOf(specifier);
  if (door) {
    if (door === room.door || room.imports.includes(door)) return undefined;
    if (room.types?.includes(door))
      return typeOnly || isTest(source) ? undefined : `${where}: only "import type" is allowed here`;
    if (
      isTest(source) &&
      ['#testkit', '#platform', '#audio', '#aws', '#contract', 'pstn-audio'].includes(door)
    )
      return undefined;
    return `${where}: ${room.folder} may import ${room.imports.join(', ') || 'nothing of ours'}`;
  }
  if (isTest(source)) return undefined;
  if (specifier.startsWith('node:')) {
    return room.machine || room.computing?.includes(specifier)
      ? undefined
      : `${where}: ${room.folder} is pure; pass values in`;
  }
  if (
    room.packages &&
    !room.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
  ) {
    return `${where}: ${room.folder} depends on no package but [${room.packages.join(', ')}]`;
  }
  return undefined;
}

/** The code without its comments. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

describe('tidy', () => {
  it('Each room keeps to the imports that docs/architecture.md allows', () => {
    const violations = code.flatMap((source) => {
      const room = roomOf(source.path);
      if (!room) return [];
      return importsOf(source.text).flatMap(
        ({ specifier, typeOnly }) => violation(source, room, specifier, typeOnly) ?? [],
      );
    });
    expect(violations).toEqual([]);
  });

  it('No room reaches itself through the doors of others', () => {
    const next = new Map(
      ROOMS.flatMap(({ door, imports, types = [] }) => (door ? [[door, [...imports, ...types]]] : [])),
    );
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      (next.get(from) ?? []).some((door) => {
        if (door === to) return true;
        if (seen.has(door)) return false;
        seen.add(door);
        return reaches(door, to, seen);
      });
    expect([...next.keys()].filter((door) => reaches(door, door))).toEqual([]);
  });

  it('The stack does not know the local runtime, nor the wire AWS', () => {
    const violations = code.flatMap((source) => {
      const text = withoutComments(source.text);
      const forAws = /^apps\/live-call\/(stack|handlers|contract|console)\//.test(source.path);
      if (forAws && !isTest(source) && /\bchime-local\b/.test(text)) {
        return [`${source.path} mentions the local runtime`];
      }
      if (source.path.startsWith('packages/') && /\blive-?call\b/i.test(text) && !isTest(source)) {
        return [`${source.path} mentions one application`];
      }
      if (source.path.startsWith('packages/chime-local/src/wire/') && /\b(chime|lambda|aws)\b/i.test(text)) {
        return [`${source.path} mentions Chime, Lambda or AWS`];
      }
      return [];
    });
    expect(violations).toEqual([]);
  });

  it('No file handles both a SIP message and a Chime document', () => {
    const violations = code.flatMap((source) => {
      const doors = importsOf(source.text).map(({ specifier }) => specifier);
      const both = doors.includes('#sip') && doors.includes('pstn-audio') && !isTest(source);
      return both && !source.path.startsWith('testkit/') ? [source.path] : [];
    });
    expect(violations).toEqual([]);
  });

  it(`No file has over ${MAX_FILE_LINES} lines`, () => {
    const long = [...code, ...sources(['.py', '.css', '.mjs'])]
      .map((source) => ({ path: source.path, lines: source.text.split('\n').length }))
      .filter(({ lines }) => lines > MAX_FILE_LINES)
      .map(({ path: name, lines }) => `${name}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it('No test is disabled, nothing unfinished, no type check evaded', () => {
    const marks = new RegExp(
      [
        '\\b(it|test|describe)\\.(only|skip|todo)\\b',
        'TO' + 'DO',
        'FIX' + 'ME',
        '@ts-' + '(ignore|nocheck)',
        'biome-' + 'ignore',
      ].join('|'),
    );
    const found = code.filter((source) => marks.test(source.text)).map((source) => source.path);
    expect(found).toEqual([]);
  });

  it('No helper of tests is part of the product', () => {
    const product = code.filter((source) => roomOf(source.path)?.door !== '#testkit' && !isTest(source));
    const helper = /^#?testkit\b|\/testing\/|\.testing\.ts$/;
    const found = product
      .filter(({ path: name }) => /^(packages|apps)\//.test(name))
      .flatMap(({ path: name, text }) =>
        importsOf(text).flatMap(({ specifier }) => (helper.test(specifier) ? [`${name}: ${specifier}`] : [])),
      );
    expect(found).toEqual([]);
    const elsewhere = code.filter(({ path: name }) => name.endsWith('.testing.ts'));
    expect(elsewhere.map(({ path: name }) => name)).toEqual([]);
  });

  it('No helper registers a hook when it is imported', () => {
    const hooks = /^(before|after)(All|Each)\(/m;
    const found = code.filter(({ path: name, text }) => !/\.test\.tsx?$/.test(name) && hooks.test(text));
    expect(found.map(({ path: name }) => name)).toEqual([]);
  });

  it('A rehearsal loads neither telephones nor pages in advance', () => {
    const { imports: doors } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      imports: Record<string, string>;
    };
    const texts = new Map(code.map((source) => [source.path, source.text]));
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const { specifier, typeOnly, late } of importsOf(texts.get(file) ?? '')) {
        const beside = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : '';
        const target = doors[specifier]?.slice('./'.length) ?? beside;
        if (target && !typeOnly && !late) load(target);
      }
    };
    load('packages/chime-local/src/testing.ts');
    expect(loaded).toContain('packages/chime-local/src/services/dynamodb/dynamodb.ts');
    const notYet =
      /src\/(wire\/(sip|sdp|rtp)|calls\/(sip-edge|host|lines)|meetings\/(host|signalling)|media\/worker)/;
    expect([...loaded].filter((file) => notYet.test(file))).toEqual([]);
  });

  it('There is no import cycle', () => {
    const graph = new Map(
      code.map((source) => [
        source.path,
        importsOf(source.text)
          .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
          .map(({ specifier }) => path.posix.join(path.posix.dirname(source.path), specifier)),
      ]),
    );
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, trail: string[]): void => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      if (done.has(file) || trail.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
