import { sources } from '../tidy/sources.ts';

/** Reports in other projects' issue trackers that were tested here: tests name them as `tracker#number`. */

const REPORT = /(?<![\w/.-])(?<tracker>[A-Za-z][\w.-]*(?:\/[\w.-]+)?)#(?<number>\d{1,5})\b/g;
/** Where telephones and clients are tested; elsewhere such texts are attendees and operations. */
const PLACES = /^tests\/(?:phones|hostile)\/|\/src\/(?:wire|media|meetings|calls)\//;
/** An extension of a telephone, not a tracker. */
const NOT_A_TRACKER = /^PBX$/;

interface Report {
  tracker: string;
  number: number;
  what: string;
  path: string;
}

/** What the line says beside the reports that it names: a title, the name of a test case, or a comment. */
function wordsOf(line: string): string {
  const quoted = /(['"`])((?:(?!\1)[^\\]|\\.)*#\d(?:(?!\1)[^\\]|\\.)*)\1/.exec(line)?.[2];
  const text =
    quoted?.replace(/\\(.)/g, '$1') ?? line.replace(/^.*?(?:\/\/|\/?\*+)\s*/, '').replace(/\s*\*\/.*$/, '');
  return text
    .replace(/\s*\((?:[^()]*#\d+[^()]*)\)/g, '')
    .replace(REPORT, '')
    .replace(/^[\s,:.]+/, '')
    .trim();
}

export function readReports(): Report[] {
  const found = new Map<string, Report>();
  for (const { path, text } of sources(['.test.ts'])) {
    if (!PLACES.test(path)) continue;
    for (const line of text.split('\n')) {
      for (const { groups } of line.matchAll(REPORT)) {
        const { tracker = '', number = '' } = groups ?? {};
        const key = `${tracker.toLowerCase()}#${number}`;
        if (NOT_A_TRACKER.test(tracker) || found.has(key)) continue;
        found.set(key, { tracker, number: Number(number), what: wordsOf(line), path });
      }
    }
  }
  const place = ({ tracker }: Report): string => tracker.toLowerCase();
  return [...found.values()].sort((a, b) => place(a).localeCompare(place(b), 'en') || a.number - b.number);
}

/** `docs/reports.md`: each report with the test that covers it. */
export function reportsPage(): string {
  const reports = readReports();
  const rows = reports.map(({ tracker, number, what, path }) => {
    const name = path.replace(/^.*\//, '').replace(/\.test\.ts$/, '');
    return `| ${tracker}#${number} | ${what.replaceAll('|', '\\|')} | [${name}](../${path}) |`;
  });
  return [
    '# Reports of other projects that were tried here',
    '',
    'Written by `npm run generate` from the tests that name a report. What telephones, gateways, providers and clients were reported to',
    `do to other software, in that project's tracker, is done to this one: ${reports.length} reports.`,
    '',
    '| Report | What is tried | Test |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
