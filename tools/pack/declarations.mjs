// Type declarations of a package's front doors, and only those that they refer to.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A `#name` of the checkout's manifest, which the packed manifest does not have. */
const INTERNAL = /(?:from|import\()\s*['"](#[^'"]+)['"]/;
const SPECIFIER = /((?:from|import\()\s*['"])(\.{1,2}\/[^'"]+?)\.ts(['"])/g;

/** Collects a declaration and those that it imports; imports are changed to end in `.js`, as Node finds the modules. */
function collect(from, file, found) {
  if (found.has(file)) return;
  const text = readFileSync(path.join(from, file), 'utf8');
  const internal = INTERNAL.exec(text)?.[1];
  if (internal)
    throw new Error(`The published declaration ${file} imports ${internal}: import it by a relative path.`);
  found.set(file, text.replace(SPECIFIER, '$1$2.js$3'));
  for (const [, , inner] of text.matchAll(SPECIFIER)) {
    collect(from, path.posix.join(path.posix.dirname(file), `${inner}.d.ts`), found);
  }
}

/** The front doors of a package, relative to its `src`, as the checkout's manifest names them. */
export function entriesOf(folder) {
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return Object.values(exports)
    .filter((source) => source.endsWith('.ts'))
    .map((source) => path.posix.relative('src', source));
}

/**
 * The declarations of a package's front doors: file names relative to its `src`, and texts, those of the
 * doors first.
 *
 * @throws Error with the compiler's message, or with the name of a declaration that a package cannot publish.
 */
export function declarationsOf(root, folder) {
  const entries = entriesOf(folder);
  const emitted = mkdtempSync(path.join(folder, '.declarations-'));
  try {
    const config = path.join(emitted, 'tsconfig.json');
    writeFileSync(
      config,
      JSON.stringify({
        extends: path.join(root, 'tsconfig.json'),
        compilerOptions: {
          noEmit: false,
          // Types are checked elsewhere; here the declarations are only written.
          noCheck: true,
          declaration: true,
          emitDeclarationOnly: true,
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
    const found = new Map();
    for (const entry of entries) collect(out, entry.replace(/\.ts$/, '.d.ts'), found);
    return found;
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}

/** Writes the declarations into the package's `dist`. */
export function writeDeclarations(root, folder) {
  for (const [file, text] of declarationsOf(root, folder)) {
    const target = path.join(folder, 'dist', file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
