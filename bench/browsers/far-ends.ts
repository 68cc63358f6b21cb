/**
 * Far ends of legs, in a separate program so that their cost is not counted as the server's. It reads one
 * JSON command per line (`Command`) and answers each with one line, in order. It ends with its input.
 */
import { createInterface } from 'node:readline';
import type { LocalMedia } from '#media-edge';
import { FarEnd, type FarEndOptions } from './far-end.ts';
import type { Says } from './prepared-voice.ts';

export type Command =
  | { do: 'open'; local: LocalMedia; options: FarEndOptions }
  | { do: 'connect' }
  /** What each far end says from now on, in the order in which they were opened. */
  | { do: 'say'; says: Says[] }
  /** That far end beeps with its next packet. The answer is the time at which the packet was sent, in ms. */
  | { do: 'beep'; index: number }
  /** The answer is the times at which each far end heard beeps since the last question. */
  | { do: 'onsets' }
  /** The answer is the times at which each far end received packets since the last question. */
  | { do: 'arrivals' }
  | { do: 'close' };

/** Milliseconds between two checks of what is due. */
const PACE_MS = 1;

let farEnds: FarEnd[] = [];
let beeping: { farEnd: FarEnd; sent: (atMs: number) => void } | undefined;

const pace = setInterval(() => {
  for (const farEnd of farEnds) {
    const nowMs = performance.now();
    if (farEnd.pace(nowMs) === 0 || beeping?.farEnd !== farEnd) continue;
    beeping.sent(nowMs);
    beeping = undefined;
  }
}, PACE_MS);

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'open': {
      const farEnd = await FarEnd.open(command.local, command.options);
      farEnds.push(farEnd);
      return farEnd.remote;
    }
    case 'connect':
      for (const farEnd of farEnds) farEnd.connect();
      return true;
    case 'say':
      for (const [index, says] of command.says.entries()) {
        const farEnd = farEnds[index];
        if (farEnd) farEnd.voice.says = says;
      }
      return true;
    case 'beep': {
      const farEnd = farEnds[command.index] as FarEnd;
      farEnd.voice.beep();
      return new Promise<number>((sent) => {
        beeping = { farEnd, sent };
      });
    }
    case 'onsets':
      return farEnds.map(({ ear }) => ear?.onsetsMs.splice(0) ?? []);
    case 'arrivals':
      return farEnds.map((farEnd) => farEnd.heardAtMs.splice(0));
    case 'close':
      for (const farEnd of farEnds) farEnd.close();
      farEnds = [];
      return true;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await obey(JSON.parse(line) as Command))}\n`);
}
clearInterval(pace);
process.exit(0);
