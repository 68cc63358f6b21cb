import type { Reading } from './context.ts';
import { MAX_LIST_INDEX } from './limits.ts';

/** A document path: names and list indexes. A name is undefined if its placeholder is not defined. */
export type Path = (string | number | undefined)[];

/** The pieces of a path before its placeholders are resolved. */
export type RawPath = (string | number)[];

/** Reads the rest of a path after its head: any number of `.name` and `[index]`. */
export function readPathRest(reading: Reading<string>, head: RawPath, firstCharacter: RegExp): RawPath {
  const { tokens } = reading;
  const path = [...head];
  for (;;) {
    if (tokens.take('[')) {
      if (tokens.peek().kind !== 'digits') throw tokens.fail();
      path.push(Math.min(Number(tokens.next().text), MAX_LIST_INDEX));
      tokens.expect(']');
    } else if (tokens.take('.')) path.push(readName(reading, firstCharacter));
    else return path;
  }
}

/** Reads a plain name or a name placeholder. */
export function readName({ tokens }: Reading<string>, firstCharacter: RegExp): string {
  const { kind, text } = tokens.peek();
  if (kind !== 'name' && (kind !== 'word' || !firstCharacter.test(text))) throw tokens.fail();
  return tokens.next().text;
}

/** Resolves the placeholders of a path. Notes a fault for plain names that are reserved. */
export function resolvePath<Fault extends string>(
  reading: Reading<Fault>,
  raw: RawPath,
  faults: { reserved: Fault; name: Fault },
): Path {
  const path = raw.map((piece) => {
    if (typeof piece === 'number') return piece;
    if (piece.startsWith('#')) return reading.nameOf(piece, faults.name);
    reading.checkReserved(piece, faults.reserved);
    return piece;
  });
  reading.checkInherited(path);
  return path;
}

interface Branch {
  /** The path that ends at this branch. */
  end?: Path;
  /** Any path that leads through this branch. */
  through: Path;
  children: Map<string | number | undefined, Branch>;
}

/** Detects paths of one expression that overlap or conflict, in time proportional to their length. */
export class PathTree {
  readonly #root: Branch = { through: [], children: new Map() };

  /** Adds a path. Returns how it disagrees with one that was added before. */
  add(path: Path): { how: 'overlap' | 'conflict'; with: Path } | undefined {
    let branch = this.#root;
    for (const piece of path) {
      if (branch.end) return { how: 'overlap', with: branch.end };
      const [first] = branch.children;
      if (first && typeof first[0] !== typeof piece) return { how: 'conflict', with: first[1].through };
      let next = branch.children.get(piece);
      if (!next) {
        next = { through: path, children: new Map() };
        branch.children.set(piece, next);
      }
      branch = next;
    }
    const known = branch.end ?? [...branch.children.values()][0]?.through;
    if (known) return { how: 'overlap', with: known };
    branch.end = path;
    return undefined;
  }
}

/** Formats a path as in DynamoDB's messages. */
export function pathText(path: Path): string {
  return `[${path.map((piece) => (typeof piece === 'number' ? `[${piece}]` : piece)).join(', ')}]`;
}

/** The message about two paths that disagree. */
export const disagreement = (how: 'overlap' | 'conflict', one: Path, two: Path): string =>
  `Two document paths ${how} with each other; must remove or rewrite one of these paths; ` +
  `path one: ${pathText(one)}, path two: ${pathText(two)}`;
