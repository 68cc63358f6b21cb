/**
 * Splits an expression into tokens, and provides the reader that the parsers use. Each character is examined
 * once.
 */

export interface Token {
  /** `end` follows the last token. */
  kind: 'word' | 'name' | 'value' | 'digits' | 'symbol' | 'end';
  text: string;
  /** The token's position in the expression, in characters. */
  at: number;
}

/** A word, a name (`#n`) or value (`:v`) placeholder, the digits of an index, or a symbol. */
const TOKEN =
  /([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]*)|(:[A-Za-z0-9_]*)|([0-9]+)|(<=|>=|<>|[()[\],.=<>+-])/y;
const SPACE = /[ \t\r\n]*/y;
const KINDS = ['word', 'name', 'value', 'digits', 'symbol'] as const;
/** How many characters of the expression an error message quotes. */
const MAX_QUOTED = 100;

/** How many expressions' tokens are cached: an application uses a handful of expressions repeatedly. Ours. */
const MAX_KEPT = 200;
/** Maximum length of a cached expression in characters. Ours. */
const MAX_KEPT_CHARACTERS = 1_000;
const kept = new Map<string, readonly Token[]>();

/** The tokens of an expression, from the cache if it was read before. */
function tokensOf(text: string): readonly Token[] {
  const known = kept.get(text);
  if (known) return known;
  const tokens = readTokens(text);
  if (text.length <= MAX_KEPT_CHARACTERS) {
    if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(text, tokens);
  }
  return tokens;
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const token = tokenAt(text, at);
    tokens.push(token ?? { kind: 'symbol', text: text.charAt(at), at });
    // An unrecognised character becomes the last token, which no parser accepts.
    if (!token) break;
    at = skipSpace(text, at + token.text.length);
  }
  return tokens;
}

/** Reads tokens in order. A parser that finds an unexpected token throws `fail()`. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '<EOF>', at: this.#text.length };
  }

  next(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Consumes the symbol if it comes next. */
  take(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || text !== symbol) return false;
    this.#next += 1;
    return true;
  }

  /** Consumes the keyword, regardless of case, if it comes next. */
  takeWord(keyword: string): boolean {
    if (!this.isWord(keyword)) return false;
    this.#next += 1;
    return true;
  }

  isWord(keyword: string): boolean {
    const { kind, text } = this.peek();
    return kind === 'word' && text.length === keyword.length && text.toUpperCase() === keyword;
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) throw this.fail();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.fail();
  }

  /** A syntax error in DynamoDB's format: `token: "b", near: "a b c"`. */
  fail(): SyntaxError {
    const token = this.peek();
    const from = this.#tokens[this.#next - 1]?.at ?? token.at;
    const after = this.#tokens[this.#next + 1];
    const to = after ? after.at + after.text.length : this.#text.length;
    const near = this.#text.slice(from, Math.min(to, from + MAX_QUOTED)).trimEnd();
    return new SyntaxError(`token: "${token.text.slice(0, MAX_QUOTED)}", near: "${near}"`);
  }
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
}

function tokenAt(text: string, at: number): Token | undefined {
  TOKEN.lastIndex = at;
  const found = TOKEN.exec(text);
  if (!found) return undefined;
  const group = KINDS.findIndex((_, index) => found[index + 1] !== undefined);
  return { kind: KINDS[group] ?? 'symbol', text: found[0], at };
}
