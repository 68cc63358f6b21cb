import { MAX_PROGRAM, type Mask, type Node, parsePattern, type Where } from './pattern-parser.ts';

/**
 * Regular expressions over pressed keys, searched in bounded time for every pattern: all paths through the
 * pattern are followed in parallel, one key at a time, so nothing is tried twice. (A backtracking matcher can
 * take longer than the age of the universe for a pattern such as `(\d+)+x` and 30 digits.) A pattern with
 * elements that cannot be searched this way (backreferences) or are not needed for keys (look-behind, Unicode
 * classes) does not compile.
 */

/** Keys that can be pressed; a set of them is a bit mask. RFC 4733 section 3.2. */
const KEYS = '0123456789*#ABCD';
const WORD_KEYS = /[0-9A-D]/;

type Instruction =
  | { op: 'key'; mask: Mask }
  | { op: 'split'; to: number; or: number }
  | { op: 'jump'; to: number }
  | { op: 'assert'; where: Where }
  /** The program up to `end` must (or must not) match from here; execution then continues at `end`. */
  | { op: 'look'; negative: boolean; end: number }
  | { op: 'match' };

/** Whether the text is a pattern that we can search for. */
export function isPattern(source: string): boolean {
  return compile(source) !== undefined;
}

/**
 * Whether the pattern is found anywhere in the keys (at most a few hundred of `0-9 * # A-D`). A pattern that
 * does not compile is found nowhere.
 */
export function matches(source: string, keys: string): boolean {
  const program = compile(source);
  return program !== undefined && new Search(program, keys).from(0, 0, false);
}

function compile(source: string): Instruction[] | undefined {
  const root = parsePattern(source, KEYS);
  if (root === undefined) return undefined;
  const compiler = new Compiler();
  compiler.node(root);
  compiler.add({ op: 'match' });
  return compiler.overflow ? undefined : compiler.program;
}

class Compiler {
  readonly program: Instruction[] = [];
  /** Number of nodes visited, counting repetitions: bounds the work even where no instruction is added. */
  #visits = 0;
  overflow = false;

  add(instruction: Instruction): number {
    if (this.program.length >= MAX_PROGRAM) this.overflow = true;
    else this.program.push(instruction);
    return this.program.length - 1;
  }

  node(node: Node): void {
    this.#visits += 1;
    if (this.#visits > 4 * MAX_PROGRAM) this.overflow = true;
    if (this.overflow) return;
    if (node.kind === 'key') this.add({ op: 'key', mask: node.mask });
    else if (node.kind === 'assert') this.add({ op: 'assert', where: node.where });
    else if (node.kind === 'sequence') for (const item of node.items) this.node(item);
    else if (node.kind === 'either') this.#either(node.options);
    else if (node.kind === 'repeat') this.#repeat(node.item, node.min, node.max);
    else this.#look(node.item, node.negative);
  }

  #either(options: readonly Node[]): void {
    const [first, ...others] = options;
    if (!first) return;
    if (others.length === 0) {
      this.node(first);
      return;
    }
    const split = { op: 'split' as const, to: 0, or: 0 };
    split.to = this.add(split) + 1;
    this.node(first);
    const jump = { op: 'jump' as const, to: 0 };
    this.add(jump);
    split.or = this.program.length;
    this.#either(others);
    jump.to = this.program.length;
  }

  #repeat(item: Node, min: number, max: number): void {
    for (let count = 0; count < min && !this.overflow; count += 1) this.node(item);
    if (max === Number.POSITIVE_INFINITY) {
      const split = { op: 'split' as const, to: 0, or: 0 };
      const start = this.add(split);
      split.to = start + 1;
      this.node(item);
      this.add({ op: 'jump', to: start });
      split.or = this.program.length;
      return;
    }
    const splits: { to: number; or: number }[] = [];
    for (let count = min; count < max && !this.overflow; count += 1) {
      const split = { op: 'split' as const, to: 0, or: 0 };
      split.to = this.add(split) + 1;
      splits.push(split);
      this.node(item);
    }
    for (const split of splits) split.or = this.program.length;
  }

  #look(item: Node, negative: boolean): void {
    const look = { op: 'look' as const, negative, end: 0 };
    this.add(look);
    this.node(item);
    this.add({ op: 'match' });
    look.end = this.program.length;
  }
}

class Search {
  readonly #program: readonly Instruction[];
  readonly #keys: string;
  /** Results of look-aheads, so that each is evaluated once for each position. */
  readonly #looked = new Map<number, boolean>();

  constructor(program: readonly Instruction[], keys: string) {
    this.#program = program;
    this.#keys = keys;
  }

  /** Whether the program from `start` matches at `position` if anchored, otherwise there or later. */
  from(start: number, position: number, anchored: boolean): boolean {
    let threads = new Set<number>();
    for (let at = position; at <= this.#keys.length; at += 1) {
      if (at === position || !anchored) this.#follow(start, at, threads);
      const bit = 1 << KEYS.indexOf(this.#keys[at] ?? '');
      const after = new Set<number>();
      for (const pc of threads) {
        const instruction = this.#program[pc];
        if (instruction?.op === 'match') return true;
        if (instruction?.op === 'key' && at < this.#keys.length && (instruction.mask & bit) !== 0) {
          this.#follow(pc + 1, at + 1, after);
        }
      }
      if (anchored && after.size === 0) return false;
      threads = after;
    }
    return false;
  }

  /** Adds every instruction that can be reached from `pc` without consuming a key. */
  #follow(pc: number, position: number, threads: Set<number>): void {
    const open = [pc];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (threads.has(next)) continue;
      threads.add(next);
      const instruction = this.#program[next];
      if (instruction?.op === 'jump') open.push(instruction.to);
      else if (instruction?.op === 'split') open.push(instruction.or, instruction.to);
      else if (instruction?.op === 'assert' && this.#holds(instruction.where, position)) open.push(next + 1);
      else if (instruction?.op === 'look' && this.#sees(next, position) !== instruction.negative) {
        open.push(instruction.end);
      }
    }
  }

  #holds(where: Where, position: number): boolean {
    if (where === 'start') return position === 0;
    if (where === 'end') return position === this.#keys.length;
    const before = WORD_KEYS.test(this.#keys[position - 1] ?? '');
    const behind = WORD_KEYS.test(this.#keys[position] ?? '');
    return (before !== behind) === (where === 'wordEdge');
  }

  #sees(pc: number, position: number): boolean {
    const name = pc * (this.#keys.length + 1) + position;
    const known = this.#looked.get(name);
    if (known !== undefined) return known;
    const seen = this.from(pc + 1, position, true);
    this.#looked.set(name, seen);
    return seen;
  }
}
