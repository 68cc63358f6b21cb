import { styleText } from 'node:util';
import type { FunctionResponse } from 'pstn-audio';
import {
  type Exchanged,
  type Replay,
  type ReplayedExchange,
  showAnswer,
  showEvent,
} from 'pstn-audio/testing';

/** Maximum number of differences of one event that are shown. */
const MAX_DIFFERENCES = 5;
/** Width of a time in characters. */
const TIME_WIDTH = 9;

type Colour = 'red' | 'green' | 'dim' | 'bold';
type Paint = (colour: Colour, text: string) => string;

/** Describes a replay for people: every event, the recorded answer and that of today, and what is heard. */
export function showReplay(replay: Replay, colours: boolean): string {
  const paint: Paint = (colour, text) =>
    colours ? styleText(colour, text, { validateStream: false }) : text;
  const different = replay.exchanges.filter(({ differences }) => differences.length > 0).length;
  const lines = [
    ...replay.exchanges.flatMap((exchange) => showExchange(exchange, paint)),
    '',
    ...showHeard(replay.heard, paint),
    summary(replay, different, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function showExchange({ recorded, today, differences }: ReplayedExchange, paint: Paint): string[] {
  const told = recorded ?? today;
  const seconds = ((told?.at ?? 0) / 1000).toFixed(3).padStart(TIME_WIDTH);
  const head = `${seconds}  ${told ? showEvent(told.event) : ''}`;
  if (differences.length === 0) return [head, paint('dim', `${' '.repeat(TIME_WIDTH)}  = ${outcome(today)}`)];
  const indent = ' '.repeat(TIME_WIDTH);
  const more = differences.length - MAX_DIFFERENCES;
  return [
    paint('bold', head),
    ...(recorded ? [paint('red', `${indent}  - then:  ${outcome(recorded)}`)] : []),
    ...(today ? [paint('green', `${indent}  + today: ${outcome(today)}`)] : []),
    ...differences.slice(0, MAX_DIFFERENCES).map((difference) => `${indent}    ${difference}`),
    ...(more > 0 ? [`${indent}    and ${more} more`] : []),
  ];
}

function outcome(exchanged: Exchanged | undefined): string {
  if (!exchanged) return 'nothing';
  if (exchanged.failure !== undefined) return exchanged.failure;
  return exchanged.answer === undefined
    ? 'no answer is known'
    : showAnswer(exchanged.answer as FunctionResponse);
}

function showHeard({ recorded, today, differences }: Replay['heard'], paint: Paint): string[] {
  if (recorded.length === 0 && today.length === 0) return [];
  const list = (heard: readonly string[]): string => heard.join(', ') || 'nothing';
  if (differences.length === 0) return [`The caller hears the same: ${list(today)}.`, ''];
  return [
    paint('red', `The caller heard then: ${list(recorded)}.`),
    paint('green', `The caller hears today: ${list(today)}.`),
    '',
  ];
}

function summary({ same, exchanges }: Replay, different: number, paint: Paint): string {
  const events = `${exchanges.length} event${exchanges.length === 1 ? '' : 's'}`;
  if (same) return paint('green', `Today's code answers all ${events} as then.`);
  return paint('red', `${different} of ${events} differ: today's code makes another call of it.`);
}
