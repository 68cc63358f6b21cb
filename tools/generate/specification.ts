import { readFileSync } from 'node:fs';

/** The numbers that SPECIFICATION.md defines: what may be cited, and what is to be proved. */
export interface Specification {
  /** `T-001` and so on with their texts, in order. */
  statements: ReadonlyMap<string, string>;
  /** Everything that may be cited: `T-001`, `C-01`, `U-01`, `R1`, and sections such as `5.4`. */
  numbers: ReadonlySet<string>;
}

export const SPECIFICATION_PATH = 'packages/pstn-audio/SPECIFICATION.md';

export function readSpecification(text = readFileSync(SPECIFICATION_PATH, 'utf8')): Specification {
  const statements = new Map<string, string>();
  const numbers = new Set<string>();
  for (const line of text.split('\n')) {
    const [, statement, said] = /^- \*\*(T-\d{3})\*\* (.+)$/.exec(line) ?? [];
    if (statement && said) statements.set(statement, said);
    const choice = /^\| ([CU]-\d{2}) \|/.exec(line)?.[1];
    const rule = /^\* \*\*(R\d)\*\*/.exec(line)?.[1];
    const section = /^#{2,3} (\d+(?:\.\d+)?)\.? /.exec(line)?.[1];
    for (const number of [statement, choice, rule, section]) if (number) numbers.add(number);
  }
  return { statements, numbers };
}
