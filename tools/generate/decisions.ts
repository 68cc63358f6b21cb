import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = 'docs/decisions';

/** A decision as its file states it. */
export interface Decision {
  file: string;
  /** The number in the file's name, and the one in its heading. */
  numbers: [file: number, heading: number];
  title: string;
  /** `2026-11-22 · accepted`, and what has become of the decision. */
  state: string;
}

export function readDecisions(): Decision[] {
  return readdirSync(FOLDER)
    .filter((file) => file !== 'README.md')
    .sort()
    .map((file) => {
      const [heading = '', , state = ''] = readFileSync(path.join(FOLDER, file), 'utf8').split('\n');
      const [, number, title = ''] = /^# (\d+)\. (.+)$/.exec(heading) ?? [];
      return { file, numbers: [Number.parseInt(file, 10), Number(number)], title, state };
    });
}

/** The list of decisions for `docs/decisions/README.md`. */
export function decisionList(): string {
  const rows = readDecisions().map(
    ({ file, numbers, title, state }) => `| ${numbers[0]} | [${title}](${file}) | ${state} |`,
  );
  return ['| Number | Decision | Date, and what became of it |', '| --- | --- | --- |', ...rows].join('\n');
}
