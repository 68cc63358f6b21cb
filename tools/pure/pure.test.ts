import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from '../tidy/rooms.ts';
import { sources } from '../tidy/sources.ts';

const CONFIG = 'tsconfig.pure.json';
const pureRooms = ROOMS.filter(({ machine }) => !machine).map(({ folder }) => folder);

/** What a pure room may not use, one per line; the compiler must refuse each. */
const REFUSED = [
  'crypto.randomUUID();',
  'crypto.getRandomValues(new Uint8Array(1));',
  "fetch('http://a.example');",
  "console.info('a');",
  'queueMicrotask(() => {});',
  'setTimeout(() => {}, 1);',
  'setImmediate(() => {});',
  'performance.now();',
  'process.hrtime();',
  "globalThis.fetch('http://a.example');",
  "new WebSocket('ws://a.example');",
  'new AbortController();',
  "await import('node:fs');",
  "(await import('node:crypto')).randomBytes(1);",
  'document.title;',
];

/** The lines (from 1) of a module in a pure room that TypeScript refuses. */
function refusedLines(lines: readonly string[]): number[] {
  const folder = mkdtempSync('node_modules/.pure-');
  try {
    writeFileSync(path.join(folder, 'sample.ts'), ['export {};', ...lines].join('\n'));
    const config = {
      extends: `../../${CONFIG}`,
      include: ['sample.ts', '../../tools/pure/computing.d.ts'],
      exclude: [],
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    return errorLines(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function errorLines(folder: string): number[] {
  try {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], { encoding: 'utf8' });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    return [...new Set([...stdout.matchAll(/sample\.ts\((\d+),/g)].map(([, line]) => Number(line) - 1))];
  }
}

describe('the type check of the pure rooms', () => {
  it('The type check includes every pure room', () => {
    const { include } = JSON.parse(readFileSync(CONFIG, 'utf8')) as { include: string[] };
    const covered = (folder: string) =>
      include.some((pattern) => `${folder}/`.startsWith(pattern.slice(0, pattern.indexOf('**'))));
    expect(pureRooms.filter((folder) => !covered(folder))).toEqual([]);
  });

  it('Clocks, timers, randomness, network, terminal and Node are refused', () => {
    expect(refusedLines(REFUSED)).toEqual(REFUSED.map((_, index) => index + 1));
  });

  it('What only computes is admitted', () => {
    const computes = [
      "import { createHmac } from 'node:crypto';",
      "createHmac('sha1', 'key').update(Buffer.from('a')).digest();",
      'new Date(0).toISOString();',
      'new Uint8Array(4).fill(1);',
    ];
    expect(refusedLines(computes)).toEqual([]);
  });
});

/**
 * Impure parts of the language itself, which the compiler cannot take away. `Date` may be constructed from a
 * time, and `Math` computes; through another name, or a computed member, either could be used for more.
 */
const IMPURE = new RegExp(
  [
    String.raw`(?<!['"\`.]|new )\bDate\b(?!['"\`]|\.(?:UTC|parse)\b)`,
    String.raw`\bnew Date\b(?!\(\s*[^\s)])`,
    String.raw`(?<!['"\`.])\bMath\b(?!['"\`]|\.(?!random\b)\w)`,
    String.raw`\b(?:globalThis|Reflect|Intl|Atomics|WeakRef|FinalizationRegistry)\b`,
    String.raw`\b(?:eval|Function)\(`,
    String.raw`\.(?:toLocale\w*|getTimezoneOffset|get(?:FullYear|Month|Date|Day|Hours|Minutes))\(`,
  ].join('|'),
);

describe('the language in the pure rooms', () => {
  const impure = (text: string) =>
    IMPURE.exec(text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, ''))?.[0];

  it('The pure rooms use no clock, randomness or evaluation', () => {
    const found = sources(['.ts'])
      .filter(({ path: file }) => pureRooms.some((folder) => file.startsWith(`${folder}/`)))
      .filter(({ path: file }) => !/\.(test|testing)\.ts$|^packages\/chime-local\/.*\/testing\//.test(file))
      .flatMap(({ path: file, text }) => {
        const use = impure(text);
        return use === undefined ? [] : [`${file} uses ${use}: take it as an argument`];
      });
    expect(found).toEqual([]);
  });

  it('Each impure use of the language is found', () => {
    const uses = [
      'Date.now()',
      'new Date()',
      'new Date;',
      'Date()',
      'Math.random()',
      "Date['now']()",
      'Date; new a(); const { now } = Date',
      "Math['random']()",
      'Math',
      "globalThis['Date']",
      'Reflect.construct(a, [])',
      'new Intl.DateTimeFormat().format()',
      'new Date(0).getHours()',
      "eval('1')",
      "new Function('')",
    ];
    expect(uses.map((use) => impure(`const a = ${use}`) !== undefined)).toEqual(uses.map(() => true));
    const pure = "new Date(ms).getTime(); Date.UTC(1970); Math.floor(1); ['Date']; date(); // Date.now()";
    expect(impure(pure)).toBeUndefined();
  });
});
