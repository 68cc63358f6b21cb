// Type declarations of a package's front doors, and of nothing that they do not mention.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SPECIFIER = /((?:from|import\()\s*['"])(\.{1,2}\/[^'"]+?)\.ts(['"])/g;

/** Copies a declaration and those that it imports; their imports end in `.js`, as Node finds the modules. */
function copyClosure(from, to, file, done) {
  if (done.has(file)) return;
  done.add(file);
  const text = readFileSync(path.join(from, file), 'utf8');
  for (const [, , inner] of text.matchAll(SPECIFIER)) {
    copyClosure(from, to, path.join(path.dirname(file), `${inner}.d.ts`), done);
  }
  const target = path.join(to, file);
  cpSync(path.join(from, file), target, { recursive: true });
  writeFileSync(target, text.replace(SPECIFIER, '$1$2.js$3'));
}

/**
 * Writes the declarations of `entries` (relative to the package's `src`) into its `dist`.
 * @throws Error with the compiler's words.
 */
export function writeDeclarations(root, folder, entries) {
  const emitted = mkdtempSync(path.join(folder, '.declarations-'));
  try {
    const config = path.join(emitted, 'tsconfig.json');
    writeFileSync(
      config,
      JSON.stringify({
        extends: path.join(root, 'tsconfig.json'),
        compilerOptions: {
          noEmit: false,
          // The types are checked elsewhere; here they are only written.
          noCheck: true,
          declaration: true,
          emitDeclarationOnly: true,
          stripInternal: true,
          rootDir: root,
          outDir: path.join(emitted, 'out'),
        },
        include: [],
        exclude: [],
        files: entries.map((entry) => path.join(folder, 'src', entry)),
      }),
    );
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', config], { encoding: 'utf8' });
    const out = path.join(emitted, 'out', path.relative(root, folder), 'src');
    if (status !== 0 || !existsSync(out)) throw new Error(`The declarations do not compile:\n${stdout}`);
    const done = new Set();
    for (const entry of entries) {
      copyClosure(out, path.join(folder, 'dist'), entry.replace(/\.ts$/, '.d.ts'), done);
    }
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}
