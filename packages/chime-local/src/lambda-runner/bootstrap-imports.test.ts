import { expect, it } from 'vitest';

const { importsOnlyBuiltins } = (await import(new URL('./bootstrap/imports.mjs', import.meta.url).href)) as {
  importsOnlyBuiltins(text: string): boolean;
};

it.each([
  'import{versions as v}from"node:process";import "fs";export*from "node:os";',
  'import {\n  a,\n  b,\n} from "node:os";\nimport * as all from \'node:path\';',
  'const http = await import ( "node:http" );',
  'const here = import.meta.url, from = Buffer.from("x"); from(`y`);',
  'export default { import: "./browser.js" };',
  'throw new Error("add [import \'@aws-sdk/signature-v4a\';] to your file");',
  'tree.import("pg"); importAll("pg");',
])('Only modules of Node.js are imported by %j', (text) => {
  expect(importsOnlyBuiltins(text)).toBe(true);
});

it.each([
  'import pg from "pg";',
  'import"pg";',
  'import{a}from"./other.mjs"',
  'export * from "/opt/layer.mjs"',
  'await import("pg")',
  'Promise.all([import("pg"), import("node:fs")])',
  'const all = { ...import("pg") }',
  'await import(name)',
  'await import(`node:fs`)',
  'await import("no" + "de:fs")',
  'await import(/* why */ "node:fs")',
  'import/**/"node:fs"',
  'import a from /**/ "node:fs"',
  'import "node:f\\u0073"',
  'import { createRequire } from "node:module"',
  'import { Worker } from "worker_threads"',
])('Other modules may be imported by %j', (text) => {
  expect(importsOnlyBuiltins(text)).toBe(false);
});
