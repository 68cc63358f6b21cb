import { Composer, type CST, Lexer, LineCounter, type ParseOptions, Parser, type SchemaOptions } from 'yaml';
import { TemplateError } from './template.ts';

/** How deep a template may be nested. Ours: the service names no limit, and no template comes near it. */
const MAX_DEPTH = 200;
/** Aliases that a document may expand: more is an attack, not a template. */
const MAX_ALIASES = 100;

/**
 * Reads one YAML document. The library reads recursively, and a text that is nested without end would not only exhaust
 * the stack but, where a regular expression is compiled just then, end the process: its depth is watched.
 * @throws TemplateError in CloudFormation's words.
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
    // An alias of nothing, or too many of them.
    throw notWellFormed((aliases as Error).message);
  }
  return JSON.parse(JSON.stringify(value ?? null));
}

const notWellFormed = (why: string): TemplateError =>
  new TemplateError(`Template format error: YAML not well-formed. (${why})`);

/** As `Parser.parse`, but that it ends where the text is nested too deep. */
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

/** @throws TemplateError when the value, as it came out of JSON, is nested too deep. */
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
