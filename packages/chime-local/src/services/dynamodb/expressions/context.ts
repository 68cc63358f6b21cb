import type { ExpressionContext } from 'dynalite/db/conditionParser.js';
import { MAX_EXPRESSION_BYTES, MAX_OPERATORS } from './limits.ts';
import { TokenReader } from './tokens.ts';

/** A refusal whose message follows `Invalid …Expression: `. */
export class ExpressionError extends Error {}

/** Property names that every JavaScript object inherits. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The state of a parser: the tokens of the expression, its placeholders, and the faults found so far. If
 * there are several faults, the one that DynamoDB ranks first is reported.
 */
export class Reading<Fault extends string> {
  readonly tokens: TokenReader;
  readonly context: ExpressionContext;
  readonly #faults = new Map<Fault, string>();
  #operators = 0;

  constructor(text: string, context: ExpressionContext) {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_EXPRESSION_BYTES) {
      throw new ExpressionError(
        `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
    this.tokens = new TokenReader(text);
    this.context = context;
  }

  /** Counts an operator or a function. */
  countOperator(): void {
    this.#operators += 1;
  }

  /** Notes a fault. The first fault of each kind is kept. */
  note(fault: Fault, text: string): void {
    if (!this.#faults.has(fault)) this.#faults.set(fault, text);
  }

  has(fault: Fault): boolean {
    return this.#faults.has(fault);
  }

  /** The message of the fault that comes first in this order. */
  firstOf(order: readonly Fault[]): string | undefined {
    if (this.#operators > MAX_OPERATORS) {
      return `The expression contains too many operators; operator count: ${this.#operators}`;
    }
    for (const fault of order) {
      const text = this.#faults.get(fault);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /**
   * The attribute for which a name placeholder stands. Notes a fault and returns undefined if it is not
   * defined.
   */
  nameOf(placeholder: string, fault: Fault): string | undefined {
    const { attrNames, unusedAttrNames } = this.context;
    const name = attrNames && Object.hasOwn(attrNames, placeholder) ? attrNames[placeholder] : undefined;
    if (!name) {
      this.note(
        fault,
        `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
      return undefined;
    }
    delete unusedAttrNames[placeholder];
    return name;
  }

  /**
   * The value for which a value placeholder stands. Notes a fault and returns undefined if it is not defined.
   */
  valueOf(placeholder: string, fault: Fault): Record<string, unknown> | undefined {
    const { attrVals, unusedAttrVals } = this.context;
    const value = attrVals && Object.hasOwn(attrVals, placeholder) ? attrVals[placeholder] : undefined;
    if (!value) {
      this.note(
        fault,
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
      return undefined;
    }
    delete unusedAttrVals[placeholder];
    return value;
  }

  /** Notes a fault if a plain name is a reserved word of DynamoDB. */
  checkReserved(name: string, fault: Fault): void {
    if (this.context.isReserved(name)) {
      this.note(fault, `Attribute name is a reserved keyword; reserved keyword: ${name}`);
    }
  }

  /**
   * Refuses names that could reach beyond the item. Stored items inherit no properties, so a path of a single
   * name may be any name but `__proto__`.
   */
  checkInherited(path: readonly (string | number | undefined)[]): void {
    for (const [depth, piece] of path.entries()) {
      if (piece === '__proto__' || (path.length > 1 && typeof piece === 'string' && INHERITED.has(piece))) {
        throw new ExpressionError(
          `The attribute name ${piece} is not supported here${depth > 0 || path.length > 1 ? ' in a nested path' : ''}: choose another name`,
        );
      }
    }
  }
}
