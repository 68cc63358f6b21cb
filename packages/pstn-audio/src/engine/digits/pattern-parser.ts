/**
 * Parses the regular expressions that actions may carry into a tree. The syntax is what Java and JavaScript
 * share; any other pattern gives `undefined`.
 */

/**
 * Maximum number of characters of a pattern. Our limit: the service names none; the longest published pattern
 * has 40.
 */
export const MAX_PATTERN_CHARACTERS = 512;
/** Maximum number of instructions of a compiled pattern. Our limit; `^\d{128}$` needs 131. */
export const MAX_PROGRAM = 1024;
/**
 * Maximum number of look-aheads in a pattern. Our limit; each multiplies the time of a search by the number
 * of keys.
 */
const MAX_LOOK_AHEADS = 4;
/** Largest number in `{n,m}`. Our limit; nobody presses more than 128 keys. */
const MAX_REPEAT = 1000;

/** A set of keys, one bit for each. */
export type Mask = number;
export type Where = 'start' | 'end' | 'wordEdge' | 'notWordEdge';
export type Node =
  | { kind: 'key'; mask: Mask }
  | { kind: 'sequence'; items: Node[] }
  | { kind: 'either'; options: Node[] }
  | { kind: 'repeat'; item: Node; min: number; max: number }
  | { kind: 'assert'; where: Where }
  | { kind: 'look'; item: Node; negative: boolean };

/** Thrown inside this file only. */
class NoPattern extends Error {}

export function parsePattern(source: string, keys: string): Node | undefined {
  if (source.length > MAX_PATTERN_CHARACTERS) return undefined;
  const parser = new Parser(source, keys);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof NoPattern) return undefined;
    throw error;
  }
}

const ASSERTIONS: Record<string, Where> = {
  b: 'wordEdge',
  B: 'notWordEdge',
  A: 'start',
  z: 'end',
  Z: 'end',
};
const CLASSES: Record<string, RegExp> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };
const CONTROLS = 'nrtfv0';

class Parser {
  readonly #source: string;
  readonly #keys: string;
  #at = 0;
  #lookAheads = 0;

  constructor(source: string, keys: string) {
    this.#source = source;
    this.#keys = keys;
  }

  whole(): Node {
    const node = this.#either();
    if (this.#at < this.#source.length) throw new NoPattern();
    return node;
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #take(expected: string): boolean {
    if (!this.#source.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #either(): Node {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return { kind: 'either', options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    while (this.#peek() !== '' && this.#peek() !== '|' && this.#peek() !== ')') items.push(this.#repeated());
    return { kind: 'sequence', items };
  }

  #repeated(): Node {
    const item = this.#atom();
    const quantifierAt = this.#at;
    const [min, max] = this.#quantifier();
    if (this.#at === quantifierAt) return item;
    if (item.kind === 'assert') throw new NoPattern(); // nothing to repeat
    this.#take('?'); // lazy: does not affect whether the pattern is found
    if ('*+?'.includes(this.#peek()) && this.#peek() !== '') throw new NoPattern(); // possessive
    return { kind: 'repeat', item, min, max };
  }

  #quantifier(): [number, number] {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return [1, 1];
    const found = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#source.slice(this.#at, this.#at + 12));
    if (!found) throw new NoPattern();
    this.#at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (max < min || min > MAX_REPEAT || (Number.isFinite(max) && max > MAX_REPEAT)) throw new NoPattern();
    return [min, max];
  }

  #atom(): Node {
    if (this.#take('^')) return { kind: 'assert', where: 'start' };
    if (this.#take('$')) return { kind: 'assert', where: 'end' };
    if (this.#take('.')) return { kind: 'key', mask: (1 << this.#keys.length) - 1 };
    if (this.#take('(')) return this.#group();
    if (this.#take('[')) return { kind: 'key', mask: this.#class() };
    if (this.#peek() === '\\') {
      const where = ASSERTIONS[this.#source[this.#at + 1] ?? ''];
      if (where) {
        this.#at += 2;
        return { kind: 'assert', where };
      }
      return { kind: 'key', mask: this.#maskOf(this.#escape()) };
    }
    const literal = this.#peek();
    if ('*+?{'.includes(literal)) throw new NoPattern(); // nothing to repeat
    this.#at += 1;
    return { kind: 'key', mask: this.#maskOf(literal) };
  }

  #group(): Node {
    const look = this.#take('?=') ? 'ahead' : this.#take('?!') ? 'notAhead' : undefined;
    if (look) {
      this.#lookAheads += 1;
      if (this.#lookAheads > MAX_LOOK_AHEADS) throw new NoPattern();
    } else if (!this.#take('?:') && this.#peek() === '?') {
      const name = /^\?<[A-Za-z][A-Za-z0-9]*>/.exec(this.#source.slice(this.#at));
      if (!name) throw new NoPattern(); // look-behind, atomic groups, flags
      this.#at += name[0].length;
    }
    const item = this.#either();
    if (!this.#take(')')) throw new NoPattern();
    return look ? { kind: 'look', item, negative: look === 'notAhead' } : item;
  }

  /** A character, or the mask of a class such as `\d`. */
  #escape(): string | RegExp {
    const letter = this.#source[this.#at + 1] ?? '';
    this.#at += 2;
    const named = CLASSES[letter];
    if (named) return named;
    if (letter !== '' && CONTROLS.includes(letter)) return '\n'; // no key is a control character
    const code = /^(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})/.exec(this.#source.slice(this.#at - 1, this.#at + 4));
    if (code) {
      this.#at += code[0].length - 1;
      return String.fromCharCode(Number.parseInt(code[0].slice(1), 16));
    }
    if (letter === '' || /[A-Za-z0-9]/.test(letter)) throw new NoPattern(); // backreferences and more
    return letter;
  }

  #maskOf(what: string | RegExp): Mask {
    let mask = 0;
    for (const [bit, key] of [...this.#keys].entries()) {
      if (typeof what === 'string' ? what === key : what.test(key)) mask |= 1 << bit;
    }
    return mask;
  }

  #class(): Mask {
    const negative = this.#take('^');
    let mask = 0;
    if (this.#peek() === ']') throw new NoPattern(); // JavaScript and Java disagree about it
    while (!this.#take(']')) {
      const first = this.#classItem();
      const ranged = this.#peek() === '-' && this.#source[this.#at + 1] !== ']';
      if (!ranged) {
        mask |= this.#maskOf(first);
        continue;
      }
      this.#at += 1;
      const last = this.#classItem();
      if (typeof first !== 'string' || typeof last !== 'string' || last < first) throw new NoPattern();
      for (const [bit, key] of [...this.#keys].entries()) if (key >= first && key <= last) mask |= 1 << bit;
    }
    return negative ? ~mask & ((1 << this.#keys.length) - 1) : mask;
  }

  #classItem(): string | RegExp {
    const item = this.#peek();
    // A class within a class and `&&` mean different things in Java and JavaScript.
    if (item === '' || item === '[' || this.#source.startsWith('&&', this.#at)) throw new NoPattern();
    if (item === '\\') return this.#escape();
    this.#at += 1;
    return item;
  }
}
