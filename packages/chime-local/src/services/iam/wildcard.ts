/** Wildcards in policies. Source: AWS IAM User Guide, "Using wildcards in resource ARNs". */

/**
 * Number of character comparisons after which another algorithm is used. Ours: no usual pattern needs as
 * many, and a long text with many near matches of a long pattern would take seconds.
 */
const MAX_COMPARISONS = 10_000;
/** Bits per word. */
const WORD_BITS = 32;

/** Matches a text against a pattern: `*` stands for any number of characters, `?` for exactly one. */
export function wildcardMatch(pattern: string, text: string): boolean {
  const first = firstWildcard(pattern);
  if (first < 0) return pattern === text;
  // Most patterns differ before their first wildcard, which the engine's own search finds at once.
  if (!text.startsWith(pattern.slice(0, first))) return false;
  let p = first;
  let t = first;
  let star = -1;
  let resume = 0;
  for (let comparisons = 0; t < text.length; comparisons++) {
    if (comparisons === MAX_COMPARISONS) return matchInWords(pattern, text);
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The index of the first wildcard; -1 if there is none. */
function firstWildcard(pattern: string): number {
  const star = pattern.indexOf('*');
  const one = pattern.indexOf('?');
  return star < 0 || one < 0 ? Math.max(star, one) : Math.min(star, one);
}

/**
 * The same match with every position that the text can have reached in the pattern kept as bits, 32 per word.
 * The time is always the product of the lengths divided by 32 (Baeza-Yates and Gonnet, "A New Approach to
 * Text Searching", 1992).
 */
function matchInWords(pattern: string, text: string): boolean {
  const characters = pattern.replaceAll('*', '');
  const words = Math.ceil((characters.length + 1) / WORD_BITS);
  const stars = starsOf(pattern, words);
  const found = new Map<string, Int32Array>();
  const bitsOf = (character: string): Int32Array => {
    const known = found.get(character) ?? placesOf(characters, character, words);
    found.set(character, known);
    return known;
  };
  const reached = new Int32Array(words);
  reached[0] = 1;
  for (const character of text.split('')) {
    const places = bitsOf(character);
    let carried = 0;
    for (let word = 0; word < words; word++) {
      const before = reached[word]!;
      const advanced = before & places[word]!;
      reached[word] = (advanced << 1) | carried | (before & stars[word]!);
      carried = advanced >>> (WORD_BITS - 1);
    }
  }
  return (reached[words - 1]! & (1 << (characters.length % WORD_BITS))) !== 0;
}

/** The positions of the stars, at which the pattern may stay for any character. */
function starsOf(pattern: string, words: number): Int32Array {
  const bits = new Int32Array(words);
  let place = 0;
  for (const character of pattern.split('')) {
    if (character === '*') setBit(bits, place);
    else place++;
  }
  return bits;
}

/** The positions at which the pattern advances with this character. */
function placesOf(characters: string, wanted: string, words: number): Int32Array {
  const bits = new Int32Array(words);
  for (let place = 0; place < characters.length; place++) {
    if (characters[place] === '?' || characters[place] === wanted) setBit(bits, place);
  }
  return bits;
}

function setBit(bits: Int32Array, place: number): void {
  const word = Math.floor(place / WORD_BITS);
  bits[word] = bits[word]! | (1 << (place % WORD_BITS));
}
