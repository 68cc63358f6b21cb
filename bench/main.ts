import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { ensurePrograms, PROGRAMS } from '../tools/test-programs.ts';
import { bridgeFigures, recordingFigures } from './bridge.ts';
import { browserFigures } from './browsers.ts';
import { burstFigures } from './burst.ts';
import { coldFigures } from './cold.ts';
import { delayFigures } from './delay.ts';
import { engineFigures } from './engine.ts';
import { growFigures } from './grow.ts';
import { idleFigures } from './idle.ts';
import { joinFigures } from './join.ts';
import { meetingFigures } from './meeting.ts';
import { memoryFigures } from './memory.ts';
import { overloadFigures } from './overload.ts';
import { peerFigures } from './peers.ts';
import { readyFigures } from './ready.ts';
import { recordFigures } from './record.ts';
import { type Figure, markdownTables, printTable } from './report.ts';
import { setupFigures } from './setup.ts';
import { speakFigures } from './speak.ts';
import { updateFigures } from './update.ts';

const SECTIONS: Record<string, () => Promise<Figure[]>> = {
  ready: readyFigures,
  update: () => updateFigures(),
  setup: setupFigures,
  meeting: () => meetingFigures(),
  overload: overloadFigures,
  memory: memoryFigures,
  idle: idleFigures,
  grow: growFigures,
  browsers: () => browserFigures(),
  burst: burstFigures,
  cold: coldFigures,
  join: () => joinFigures(),
  delay: delayFigures,
  bridge: bridgeFigures,
  recording: recordingFigures,
  record: recordFigures,
  speak: speakFigures,
  engine: engineFigures,
  peers: peerFigures,
};
/** The programs that the sections drive. */
const DRIVEN: Record<string, string[]> = {
  setup: ['sipp'],
  cold: ['sipp'],
  memory: ['sipp'],
  peers: ['sipp'],
  browsers: ['chromium'],
  idle: ['chromium'],
};
const RESULT = '.local/bench/result.json';
const TABLES = '.local/bench/result.md';

/** The command line of `npm run bench [section …]`. */
async function main(names: string[]): Promise<void> {
  const unknown = names.find((name) => !SECTIONS[name]);
  if (unknown) {
    console.error(
      `There is no section ${JSON.stringify(unknown)}; choose of ${Object.keys(SECTIONS).join(', ')}.`,
    );
    process.exit(2);
  }
  const figures: Figure[] = [];
  const sections = names.length > 0 ? names : Object.keys(SECTIONS);
  const driven = sections.flatMap((name) => DRIVEN[name] ?? []);
  ensurePrograms(PROGRAMS.filter(({ name }) => driven.includes(name)));
  for (const name of sections) {
    process.stderr.write(`${name} …\n`);
    try {
      figures.push(...((await SECTIONS[name]?.()) ?? []));
    } catch (error) {
      // The other sections are still worth measuring.
      process.exitCode = 1;
      console.error(`${name} was not measured: ${(error as Error).message}`);
      figures.push({ section: name, what: 'not measured', value: '-', unit: '' });
    }
  }
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model };
  console.log(`\nNode ${machine.node}, ${machine.cores} cores, ${machine.cpu}.\n`);
  printTable(figures);
  mkdirSync('.local/bench', { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  writeFileSync(TABLES, markdownTables(figures));
  console.log(`\nThe same as JSON: ${RESULT}; as tables for docs/performance.md: ${TABLES}`);
}

// What was started ends with this process, by its 'exit' event or by its closed pipes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await main(process.argv.slice(2));
