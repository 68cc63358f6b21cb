import { formatDelay } from 'page-ui/time.ts';
import { isUnderWay, type UpdateLine } from './lines.ts';
import { statusName, titleOf, updateName } from './words.ts';

/**
 * What a screen reader should say about this page's updates when `before` became `now`: each change of a
 * single update, and one sentence for a whole meeting when all of its updates have ended.
 */
export function announcements(before: readonly UpdateLine[], now: readonly UpdateLine[]): string[] {
  const known = new Map(before.map((line) => [line.key, line]));
  const said: string[] = [];
  const batches = new Set<string>();
  for (const line of now) {
    if (!line.submission || known.get(line.key)?.status === line.status) continue;
    const batch = line.submission.batch;
    if (!batch) said.push(sentenceOf(line));
    else batches.add(batch.key);
  }
  for (const key of batches) {
    const lines = now.filter((line) => line.submission?.batch?.key === key);
    if (!lines.some(isUnderWay)) said.push(sentenceOfBatch(lines));
  }
  return said;
}

/** Counts by status in the order of first appearance: `2 done, 1 failed`. */
export function tally(lines: readonly UpdateLine[]): string {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const name = statusName(line).toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

function sentenceOf(line: UpdateLine): string {
  const last = line.steps.at(-1);
  const when = last && last.after > 0 ? ` after ${formatDelay(last.after)}` : '';
  const why = line.failure?.message ?? line.reason;
  return `${titleOf(line)}: ${statusName(line).toLowerCase()}${when}.${why ? ` ${why}` : ''}`;
}

function sentenceOfBatch(lines: readonly UpdateLine[]): string {
  const first = lines[0];
  const meeting = first?.submission?.batch?.meetingName ?? '';
  return `${updateName(first?.updateInfo ?? '')}, everyone in ${meeting}: ${tally(lines)}.`;
}
