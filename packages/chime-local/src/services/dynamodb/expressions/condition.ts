import type { ExpressionContext } from 'dynalite/db/conditionParser.js';
import {
  type ConditionFault,
  checkBounds,
  checkDistinct,
  checkFunction,
  checkMisusedSize,
  checkOperands,
  FAULT_ORDER,
  settleCondition,
} from './condition-checks.ts';
import { ExpressionError, Reading } from './context.ts';
import { MAX_IN_OPERANDS, MAX_PARENTHESES } from './limits.ts';
import { type Path, type RawPath, readPathRest, resolvePath } from './paths.ts';
import { type AttributeValue, type FunctionCall, isFunction } from './values.ts';

type Operand = Path | AttributeValue | FunctionCall<Operand | undefined>;
/** dynalite's representation: `and`, `or`, `not`, a comparator, `between`, `in`, or a function. */
export type Condition =
  | { type: string; args: (Condition | Operand | undefined)[] }
  | FunctionCall<Operand | undefined>;

/** dynalite's representation of a parsed condition, filter or key condition. */
export interface ParsedCondition {
  expression: Condition;
  /** The attributes of which only a part is used, and all attributes that are used. */
  nestedPaths: Record<string, true>;
  pathHeads: Record<string, true>;
}

/**
 * A part that has been read. Only what follows its parentheses may tell whether it is a condition or an
 * operand.
 */
type Part =
  | { kind: 'condition'; condition: Condition; wrapped: boolean }
  | { kind: 'path'; path: RawPath; wrapped: boolean }
  | { kind: 'operand'; operand: Operand | undefined; wrapped: boolean };

const KEYWORDS = ['AND', 'OR', 'NOT', 'BETWEEN', 'IN'];
const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='];
const LETTER = /^[A-Za-z]/;

/**
 * Parses a condition, filter or key condition in time proportional to its length (dynalite's own parser
 * backtracks at each parenthesis). Returns the message of a refusal; throws `SyntaxError` or
 * `ExpressionError`. Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and
 * functions".
 */
export function parseCondition(text: string, context: ExpressionContext): ParsedCondition | string {
  return new ConditionParser(text, context).parse();
}

class ConditionParser {
  readonly #reading: Reading<ConditionFault>;
  readonly #nestedPaths: Record<string, true> = Object.create(null);
  readonly #pathHeads: Record<string, true> = Object.create(null);
  #depth = 0;

  constructor(text: string, context: ExpressionContext) {
    this.#reading = new Reading(text, context);
  }

  parse(): ParsedCondition | string {
    const expression = this.#asCondition(this.#or());
    this.#reading.tokens.expectEnd();
    const fault = this.#reading.firstOf(FAULT_ORDER);
    return fault ?? { expression, nestedPaths: this.#nestedPaths, pathHeads: this.#pathHeads };
  }

  #or(): Part {
    return this.#chain('OR', 'or', () => this.#and());
  }

  #and(): Part {
    return this.#chain('AND', 'and', () => this.#not());
  }

  /** Parses a chain of operators; they are right-associative: `a OR b OR c` is `a OR (b OR c)`. */
  #chain(keyword: string, type: string, read: () => Part): Part {
    const first = read();
    const { tokens } = this.#reading;
    if (!tokens.isWord(keyword)) return first;
    const conditions = [this.#asCondition(first)];
    while (tokens.takeWord(keyword)) {
      this.#reading.countOperator();
      conditions.push(this.#asCondition(read()));
    }
    const condition = conditions.reduceRight((right, left) => ({ type, args: [left, right] }));
    return { kind: 'condition', condition, wrapped: false };
  }

  #not(): Part {
    const { tokens } = this.#reading;
    let nots = 0;
    for (; tokens.takeWord('NOT'); nots += 1) this.#reading.countOperator();
    let part = this.#relation();
    for (; nots > 0; nots -= 1) {
      const args = [this.#asCondition(part)];
      part = { kind: 'condition', condition: { type: 'not', args }, wrapped: false };
    }
    return part;
  }

  #relation(): Part {
    const left = this.#primary();
    if (left.kind === 'condition') return left;
    const { tokens } = this.#reading;
    const { kind, text } = tokens.peek();
    const compares = kind === 'symbol' && COMPARATORS.includes(text);
    if (!compares && !tokens.isWord('BETWEEN') && !tokens.isWord('IN')) return left;
    this.#reading.countOperator();
    const x = this.#asOperand(left);
    tokens.next();
    let condition: Condition;
    if (compares) condition = this.#comparison(text, x);
    else condition = text.toUpperCase() === 'IN' ? this.#in(x) : this.#between(x);
    settleCondition(this.#reading);
    return { kind: 'condition', condition, wrapped: false };
  }

  #comparison(type: string, x: Operand | undefined): Condition {
    const args = [x, this.#operand()];
    checkOperands(this.#reading, args);
    checkDistinct(this.#reading, type, args);
    return { type, args };
  }

  #between(x: Operand | undefined): Condition {
    const lower = this.#operand();
    if (!this.#reading.tokens.takeWord('AND')) throw this.#reading.tokens.fail();
    const upper = this.#operand();
    const args = [x, lower, upper];
    checkOperands(this.#reading, args);
    checkBounds(this.#reading, lower, upper);
    return { type: 'between', args };
  }

  #in(x: Operand | undefined): Condition {
    const args = [x, ...this.#arguments()];
    checkOperands(this.#reading, args);
    if (args.length - 1 > MAX_IN_OPERANDS) {
      this.#reading.note(
        'operand',
        `The IN operator is provided with too many operands; number of operands: ${args.length - 1}`,
      );
    }
    return { type: 'in', args };
  }

  /** Parses arguments: operands in parentheses, separated by commas. */
  #arguments(): (Operand | undefined)[] {
    const { tokens } = this.#reading;
    tokens.expect('(');
    const args = [this.#operand()];
    while (tokens.take(',')) args.push(this.#operand());
    tokens.expect(')');
    return args;
  }

  #operand(): Operand | undefined {
    return this.#asOperand(this.#primary());
  }

  /** Parses a function, a value, a path, or anything in parentheses. */
  #primary(): Part {
    const { tokens } = this.#reading;
    if (tokens.take('(')) return this.#inParentheses();
    const { kind, text } = tokens.peek();
    if (kind === 'value') {
      tokens.next();
      return { kind: 'operand', operand: this.#reading.valueOf(text, 'attrNameVal'), wrapped: false };
    }
    if (kind === 'name') return this.#path([tokens.next().text], false);
    if (kind !== 'word' || KEYWORDS.includes(text.toUpperCase())) throw tokens.fail();
    tokens.next();
    const next = tokens.peek();
    if (next.kind === 'symbol' && next.text === '(') {
      return { kind: 'operand', operand: this.#function(text), wrapped: false };
    }
    if (!LETTER.test(text)) throw tokens.fail();
    return this.#path([text], false);
  }

  #function(name: string): FunctionCall<Operand | undefined> {
    this.#deeper();
    this.#reading.countOperator();
    const args = this.#arguments();
    this.#depth -= 1;
    checkOperands(this.#reading, args);
    return { type: 'function', name, args, attrType: checkFunction(this.#reading, name, args) };
  }

  #inParentheses(): Part {
    this.#deeper();
    const inner = this.#or();
    this.#reading.tokens.expect(')');
    this.#depth -= 1;
    if (inner.wrapped) this.#reading.note('parens', 'The expression has redundant parentheses;');
    return inner.kind === 'path' ? this.#path(inner.path, true) : { ...inner, wrapped: true };
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > MAX_PARENTHESES) {
      throw new ExpressionError('The expression has redundant parentheses;');
    }
  }

  #path(head: RawPath, wrapped: boolean): Part {
    const path = readPathRest(this.#reading, head, LETTER);
    return { kind: 'path', path, wrapped: wrapped && path.length === head.length };
  }

  #asOperand(part: Part): Operand | undefined {
    if (part.kind === 'condition') throw this.#reading.tokens.fail();
    if (part.kind === 'operand') return part.operand;
    const path = resolvePath(this.#reading, part.path, { reserved: 'reserved', name: 'attrNameVal' });
    const head = String(path[0]);
    if (path.length > 1) this.#nestedPaths[head] = true;
    this.#pathHeads[head] = true;
    return path;
  }

  #asCondition(part: Part): Condition {
    if (part.kind === 'path' || (part.kind === 'operand' && !isFunction(part.operand))) {
      throw this.#reading.tokens.fail();
    }
    const condition = part.kind === 'condition' ? part.condition : (part.operand as Condition);
    if (part.kind === 'operand') settleCondition(this.#reading);
    checkMisusedSize(this.#reading, condition);
    return condition;
  }
}
