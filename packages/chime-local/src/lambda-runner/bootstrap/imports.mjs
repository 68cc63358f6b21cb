/** What the text of an ES module imports, as far as it must be known before the module is loaded. */
import { isBuiltin } from 'node:module';

/** Modules of Node.js by which code loads other code. */
const LOADERS = /^(?:node:)?(?:module|vm|worker_threads)$/;
/** What may follow the word `import` or `from`: a name in quotes, which a bracket may enclose. */
const NAME = /\s*(\()?\s*(["'])([^"'\\\n]*)\2\s*(\))?/y;
/** What follows `import` where no name does: names that are imported, `import.meta`, or the key of an object. */
const NO_NAME = /\s*(?:[\w$*{:]|\.\s*meta\b)/y;
const COMMENT = /\s*\/[*/]/y;
/** Before the word: it is a part of another one, or the member of an object; three dots spread what is imported. */
const NO_WORD = /(?:[\w$]|(?<!\.\.)\.)$/;

const isPlain = (name) => isBuiltin(name) && !LOADERS.test(name);
const matchAt = (pattern, text, index) => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/** Calls `holds` with the place behind each `word`, and what is before it; true when it is true of all. */
function everyPlace(text, word, holds) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const before = text.slice(Math.max(0, at - 3), at);
    if (!NO_WORD.test(before) && !holds(at + word.length, before)) return false;
  }
  return true;
}

/**
 * True when each name that the module may import is a module of Node.js itself, and none that loads others: nothing else is
 * ever resolved for it then. False where that cannot be told: names that are computed, escaped or beside a comment, and
 * texts that look like imports.
 */
export function importsOnlyBuiltins(text) {
  const imports = (at, before) => {
    const [, opens, , name, closes] = matchAt(NAME, text, at) ?? [];
    if (name === undefined) return matchAt(NO_NAME, text, at) !== null;
    // No statement begins behind a bracket: a message of the AWS SDK has one there.
    if (!opens && before.endsWith('[')) return true;
    return isPlain(name) && Boolean(opens) === Boolean(closes);
  };
  const exports = (at) => {
    const [, opens, , name] = matchAt(NAME, text, at) ?? [];
    return name === undefined || opens ? matchAt(COMMENT, text, at) === null : isPlain(name);
  };
  return everyPlace(text, 'import', imports) && everyPlace(text, 'from', exports);
}
