import type { ExpressionContext } from 'dynalite/db/conditionParser.js';
import { ExpressionError, Reading } from './context.ts';
import { MAX_PARENTHESES } from './limits.ts';
import { disagreement, type Path, PathTree, readName, readPathRest, resolvePath } from './paths.ts';
import { checkOperator, checkUpdateFunction, FAULT_ORDER, type UpdateFault } from './update-checks.ts';
import { type AttributeValue, type FunctionCall, typeOf } from './values.ts';

type Operand = Path | AttributeValue | FunctionCall<SetValue | undefined>;
type SetValue =
  | Operand
  | { type: 'add' | 'subtract'; args: (SetValue | undefined)[]; attrType: string | null | undefined };

/** One change of an update, in dynalite's representation. */
export interface UpdateSection {
  type: 'set' | 'remove' | 'add' | 'delete';
  path: Path;
  val?: SetValue | undefined;
  attrType?: string | null | undefined;
}

/** dynalite's representation of a parsed update. */
export interface ParsedUpdate {
  sections: UpdateSection[];
  paths: Path[];
  nestedPaths: Record<string, true>;
}

const KEYWORDS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
const ARITHMETIC: Readonly<Record<string, 'add' | 'subtract'>> = { '+': 'add', '-': 'subtract' };
const NAME_START = /^[A-Za-z_]/;

/**
 * Parses an update. Returns the message of a refusal; throws `SyntaxError` or `ExpressionError`. Source:
 * DynamoDB Developer Guide, "Using update expressions".
 */
export function parseUpdate(text: string, context: ExpressionContext): ParsedUpdate | string {
  return new UpdateParser(text, context).parse();
}

class UpdateParser {
  readonly #reading: Reading<UpdateFault>;
  readonly #tree = new PathTree();
  readonly #paths: Path[] = [];
  readonly #nestedPaths: Record<string, true> = Object.create(null);
  #depth = 0;

  constructor(text: string, context: ExpressionContext) {
    this.#reading = new Reading(text, context);
  }

  parse(): ParsedUpdate | string {
    const { tokens } = this.#reading;
    const sections: UpdateSection[] = [];
    const seen = new Set<string>();
    do {
      const keyword = KEYWORDS.find((word) => tokens.takeWord(word));
      if (!keyword) throw tokens.fail();
      do sections.push(this.#change(keyword));
      while (tokens.take(','));
      if (seen.has(keyword)) {
        this.#reading.note(
          'section',
          `The "${keyword}" section can only be used once in an update expression;`,
        );
      }
      seen.add(keyword);
    } while (tokens.peek().kind !== 'end');
    const fault = this.#reading.firstOf(FAULT_ORDER);
    return fault ?? { sections, paths: this.#paths, nestedPaths: this.#nestedPaths };
  }

  #change(keyword: (typeof KEYWORDS)[number]): UpdateSection {
    const path = this.#path();
    const { tokens } = this.#reading;
    let change: UpdateSection;
    if (keyword === 'REMOVE') change = { type: 'remove', path };
    else if (keyword === 'SET') {
      tokens.expect('=');
      const { value } = this.#setValue();
      change = { type: 'set', path, val: value, attrType: typeOf(value) };
    } else {
      const type = keyword === 'ADD' ? 'add' : 'delete';
      if (tokens.peek().kind !== 'value') throw tokens.fail();
      const val = this.#reading.valueOf(tokens.next().text, 'attrVal');
      change = { type, path, val, attrType: checkOperator(this.#reading, keyword, val) };
    }
    this.#addPath(path);
    return change;
  }

  #addPath(path: Path): void {
    const known = this.#tree.add(path);
    if (!known) this.#paths.push(path);
    else {
      const fault = known.how === 'overlap' ? 'pathOverlap' : 'pathConflict';
      this.#reading.note(fault, disagreement(known.how, known.with, path));
    }
  }

  /** Parses an operand, or two operands joined by `+` or `-`. The whole may be in parentheses. */
  #setValue(): { value: SetValue | undefined; whole: boolean; wrapped: boolean } {
    const first = this.#term();
    const { kind, text } = this.#reading.tokens.peek();
    const type = kind === 'symbol' ? ARITHMETIC[text] : undefined;
    if (!type || first.whole) return first;
    this.#reading.tokens.next();
    this.#reading.countOperator();
    const second = this.#term();
    if (second.whole) throw this.#reading.tokens.fail();
    const args = [first.value, second.value];
    const attrType = checkUpdateFunction(this.#reading, text, args);
    return { value: { type, args, attrType }, whole: true, wrapped: false };
  }

  /** Parses one term. `whole` is true for a sum, which cannot be an operand. */
  #term(): { value: SetValue | undefined; whole: boolean; wrapped: boolean } {
    const { tokens } = this.#reading;
    if (!tokens.take('(')) return { value: this.#operand(), whole: false, wrapped: false };
    this.#deeper();
    const { value, whole, wrapped } = this.#setValue();
    tokens.expect(')');
    this.#depth -= 1;
    if (wrapped) this.#reading.note('parens', 'The expression has redundant parentheses;');
    return { value, whole, wrapped: true };
  }

  #operand(): Operand | undefined {
    const { tokens } = this.#reading;
    const { kind, text } = tokens.peek();
    if (kind === 'value') {
      tokens.next();
      return this.#reading.valueOf(text, 'attrVal');
    }
    if (kind === 'name') return this.#path();
    if (kind !== 'word' || isKeyword(text)) throw tokens.fail();
    tokens.next();
    const next = tokens.peek();
    if (next.kind === 'symbol' && next.text === '(') return this.#function(text);
    return this.#pathFrom(text);
  }

  #function(name: string): FunctionCall<SetValue | undefined> {
    const { tokens } = this.#reading;
    this.#reading.countOperator();
    this.#deeper();
    tokens.expect('(');
    const args: (SetValue | undefined)[] = [];
    do {
      const { value, whole } = this.#term();
      if (whole) throw tokens.fail();
      args.push(value);
    } while (tokens.take(','));
    tokens.expect(')');
    this.#depth -= 1;
    return { type: 'function', name, args, attrType: checkUpdateFunction(this.#reading, name, args) };
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > MAX_PARENTHESES) {
      throw new ExpressionError('The expression has redundant parentheses;');
    }
  }

  #path(): Path {
    const { text } = this.#reading.tokens.peek();
    if (isKeyword(text)) throw this.#reading.tokens.fail();
    return this.#pathFrom(readName(this.#reading, NAME_START));
  }

  #pathFrom(head: string): Path {
    const raw = readPathRest(this.#reading, [head], NAME_START);
    const path = resolvePath(this.#reading, raw, { reserved: 'reserved', name: 'attrName' });
    if (path.length > 1) this.#nestedPaths[String(path[0])] = true;
    return path;
  }
}

function isKeyword(text: string): boolean {
  const upper = text.toUpperCase();
  return KEYWORDS.some((word) => word === upper);
}
