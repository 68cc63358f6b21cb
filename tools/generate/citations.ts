import type { Source } from '../tidy/sources.ts';

/** Which parts of the specification a file cites, and which statements its tests prove. */

const NUMBER = /(?<![\w-])[TCU]-\d{2,3}(?![\w-])/g;
/** `pstn-audio 5.4`, or a list: `pstn-audio 5.1 to 5.3, 5.5 and R1`. */
const SECTIONS =
  /pstn-audio`? ((?:\d+(?:\.\d+)?|R\d|[TCU]-\d+)(?:(?:,| and| to) (?:\d+(?:\.\d+)?|R\d|[TCU]-\d+))*)/g;

/** Every number of the specification that the text cites. */
export function citationsOf(text: string): Set<string> {
  // A list in a comment may continue on the next line.
  const flowing = text.replace(/\n\s*(?:\*|\/\/|#)?\s*/g, ' ');
  const cited = new Set(flowing.match(NUMBER) ?? []);
  for (const [, list = ''] of flowing.matchAll(SECTIONS)) {
    for (const number of list.split(/, | and | to /)) cited.add(number);
  }
  return cited;
}

/**
 * The statements that a file proves. In a test: those named by titles, which begin with a number
 * (`'T-043 a Pause first does not answer'`). In a transcript: those named by a line `# T-043 …`.
 */
export function provedBy({ path, text }: Source): string[] {
  const titles = path.endsWith('.txt')
    ? text.matchAll(/^# (T-\d{3}\b.*)$/gm)
    : text.matchAll(/['"`](T-\d{3}\b[^'"`\n]*)['"`]/g);
  return [...titles].flatMap(([, title = '']) => title.match(/\bT-\d{3}\b/g) ?? []);
}

/** Whether a file may prove statements: a test (but not of these tools), or a transcript that a test runs. */
export function isProof({ path }: Source): boolean {
  if (path.startsWith('tools/')) return false;
  return /\.test\.tsx?$/.test(path) || /(^|\/)(scenarios|transcripts)\/.*\.txt$/.test(path);
}
