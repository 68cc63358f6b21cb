/** Finds out from the text of an ES module what it imports, as far as that must be known before it is loaded. */
import { isBuiltin } from 'node:module';

/** Modules of Node.js that let code load other code. */
const LOADERS = /^(?:node:)?(?:module|vm|worker_threads)$/;
/** What follows the word `import` or `from`: a quoted name, possibly in parentheses. */
const NAME = /\s*(\()?\s*(["'])([^"'\\\n]*)\2\s*(\))?/y;
/** What follows `import` if no name does: imported names, `import.meta`, or the colon of an object key. */
const NO_NAME = /\s*(?:[\w$*{:]|\.\s*meta\b)/y;
const COMMENT = /\s*\/[*/]/y;
/**
 * Text before the word that makes it part of another word or an object's member; three dots spread the
 * imported value.
 */
const NO_WORD = /(?:[\w$]|(?<!\.\.)\.)$/;

const isPlain = (name) => isBuiltin(name) && !LOADERS.test(name);
const matchAt = (pattern, text, index) => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/** Calls `holds` with the position after each `word` and the text before it; true if it holds for all of them. */
function everyPlace(text, word, holds) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const before = text.slice(Math.max(0, at - 3), at);
    if (!NO_WORD.test(before) && !holds(at + word.length, before)) return false;
  }
  return true;
}

/**
 * True if every name that the module may import is a module of Node.js itself, and none of those that load
 * others: then nothing else is ever resolved for it. False if that cannot be determined: for names that are
 * computed, escaped or next to a comment, and for texts that look like imports.
 */
export function importsOnlyBuiltins(text) {
  const imports = (at, before) => {
    const [, opens, , name, closes] = matchAt(NAME, text, at) ?? [];
    if (name === undefined) return matchAt(NO_NAME, text, at) !== null;
    // No statement begins after a square bracket; a message of the AWS SDK has one there.
    if (!opens && before.endsWith('[')) return true;
    return isPlain(name) && Boolean(opens) === Boolean(closes);
  };
  const exports = (at) => {
    const [, opens, , name] = matchAt(NAME, text, at) ?? [];
    return name === undefined || opens ? matchAt(COMMENT, text, at) === null : isPlain(name);
  };
  return everyPlace(text, 'import', imports) && everyPlace(text, 'from', exports);
}
