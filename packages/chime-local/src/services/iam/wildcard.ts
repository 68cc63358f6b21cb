/** Wildcards of policies. Source: AWS IAM User Guide, "Using wildcards in resource ARNs". */

/** `*`: any characters, also none; `?`: any one. In time proportional to pattern times text at worst. */
export function wildcardMatch(pattern: string, text: string): boolean {
  const first = firstWildcard(pattern);
  if (first < 0) return pattern === text;
  // Most patterns differ before their first wildcard, which the engine's own search sees at once.
  if (!text.startsWith(pattern.slice(0, first))) return false;
  let p = first;
  let t = first;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
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

/** -1: there is none. */
function firstWildcard(pattern: string): number {
  const star = pattern.indexOf('*');
  const one = pattern.indexOf('?');
  return star < 0 || one < 0 ? Math.max(star, one) : Math.min(star, one);
}
