/** A JSON object in a text, and the text between it and the previous object. */
export interface ObjectInText {
  value: unknown;
  before: string;
}

/** Maximum characters of a log event: CloudWatch Logs accepts 1 MB. Quotas of CloudWatch Logs: event size. */
const MAX_OBJECT = 1_048_576;
/** Mean number of times that each character of a text may be examined; no log is nested deeper. Our limit. */
const MAX_LOOKS = 64;

/**
 * The objects in a text, in order, written as JSON or as Python prints a dictionary. Anything may surround
 * them: a log line's time and request id, tabs, line breaks within an object, the commas of a spreadsheet.
 */
export function* objectsIn(text: string): Generator<ObjectInText> {
  const whole = asJson(text);
  if (whole !== undefined) {
    yield { value: whole, before: '' };
    return;
  }
  let looks = MAX_LOOKS * text.length;
  let from = 0;
  for (let begin = text.indexOf('{'); begin >= 0 && looks > 0; ) {
    const found = objectAt(text, begin);
    looks -= found.looks;
    if (found.value !== undefined) {
      yield { value: found.value, before: text.slice(from, begin) };
      from = found.end;
    }
    begin = text.indexOf('{', found.value === undefined ? begin + 1 : found.end);
  }
}

/**
 * The object that begins there: as JSON, as JSON in a cell of a spreadsheet (doubled quotes), or as Python's
 * `repr`.
 */
function objectAt(text: string, begin: number): { value?: unknown; end: number; looks: number } {
  let looks = 0;
  for (const [quotes, read] of FORMS) {
    const end = endOf(text, begin, quotes);
    looks += (end ?? Math.min(text.length, begin + MAX_OBJECT)) - begin;
    const value = end === undefined ? undefined : read(text.slice(begin, end));
    if (end !== undefined && value !== undefined) return { value, end, looks };
  }
  return { end: begin + 1, looks };
}

const FORMS: readonly [quotes: string, read: (text: string) => unknown][] = [
  ['"', asJson],
  ['"', (text) => (text.includes('""') ? asJson(text.replaceAll('""', '"')) : undefined)],
  [`"'`, fromPython],
];

/** The end of the object that begins there; undefined if it does not end. */
function endOf(text: string, begin: number, quotes: string): number | undefined {
  const limit = Math.min(text.length, begin + MAX_OBJECT);
  let depth = 0;
  let quote = '';
  for (let at = begin; at < limit; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (quotes.includes(character)) quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const PYTHON_TOKEN = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(True|False|None)\b/gs;
const PYTHON_NAMES: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** A dictionary as `print(event)` writes it; undefined if it contains what JSON does not have. */
function fromPython(text: string): unknown {
  const json = text.replace(PYTHON_TOKEN, (_, single?: string, double?: string, name?: string) => {
    if (name !== undefined) return PYTHON_NAMES[name] ?? name;
    const escaped = single ?? double ?? '';
    const plain = escaped.replace(
      /\\(?:x(..)|u(....)|(.))/gs,
      (_all, x?: string, u?: string, other?: string) => {
        if (other !== undefined) return ESCAPES[other] ?? other;
        return String.fromCharCode(Number.parseInt(x ?? u ?? '', 16));
      },
    );
    return JSON.stringify(plain);
  });
  return asJson(json);
}
