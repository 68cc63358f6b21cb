import { Composer, type CST, Lexer, LineCounter, type ParseOptions, Parser, type SchemaOptions } from 'yaml';
import { TemplateError } from './template.ts';

/**
 * The greatest nesting depth of a template. Our choice: the service names no limit, and no template comes
 * near it.
 */
const MAX_DEPTH = 200;
/** Maximum number of aliases that a document may expand: more would be an attack, not a template. */
const MAX_ALIASES = 100;

/**
 * Parses one YAML document. The library parses recursively. Unlimited nesting would exhaust the stack and, if
 * a regular expression happened to be compiled at that moment, even end the process; therefore the depth is
 * checked.
 * @throws TemplateError with CloudFormation's message
 */
export function readYaml(text: string, options: ParseOptions & SchemaOptions): unknown {
  const lines = new LineCounter();
  const [document] = new Composer(options).compose(tokensOf(text, lines), true, text.length);
  const [error] = document?.errors ?? [];
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw notWellFormed(`${error.message} at line ${line}, column ${col}`);
  }
  let value: unknown;
  try {
    value = document?.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (aliases) {
    // A reference to an undefined anchor, or too many aliases.
    throw notWellFormed((aliases as Error).message);
  }
  return JSON.parse(JSON.stringify(value ?? null));
}

const notWellFormed = (why: string): TemplateError =>
  new TemplateError(`Template format error: YAML not well-formed. (${why})`);

/** Like `Parser.parse`, but throws if the text is nested too deeply. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) throw tooDeep();
  }
  return tokens.concat([...parser.end()]);
}

/** @throws TemplateError if the value, parsed from JSON, is nested too deeply */
export function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw tooDeep();
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
}

function tooDeep(): TemplateError {
  return new TemplateError(`Template format error: nested deeper than ${MAX_DEPTH} levels.`);
}
