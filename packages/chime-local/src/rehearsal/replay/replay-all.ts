import { RecordError, readRecord } from 'pstn-audio/record';
import { type Replay, ReplayError } from 'pstn-audio/testing';
import type { StoredRecord } from './find-record.ts';
import type { GivenToReplay, Replayer } from './replayer.ts';

/** Characters of a TransactionId that suffice to tell the calls of one folder apart. */
const ID_CHARACTERS = 8;
/** Maximum number of calls that the last line names. */
const MAX_NAMED = 10;

/** Exit statuses of the command. */
const SAME = 0;
const DIFFERENT = 1;
const NOT_REPLAYED = 2;

/**
 * Replays recorded calls in the given order, and prints a line for each and a summary.
 *
 * @returns the exit status: 0 if today's code answers all as recorded, 1 if it does not, 2 if some cannot be
 * replayed and no other differs
 */
export async function replayAll(
  replayer: Replayer,
  records: readonly StoredRecord[],
  how: GivenToReplay,
  print: (text: string) => void,
): Promise<number> {
  const different: string[] = [];
  const refused: string[] = [];
  for (const { transactionId, read } of records) {
    const id = transactionId.slice(0, ID_CHARACTERS);
    const outcome = await outcomeOf(replayer, read, how);
    if (typeof outcome === 'string') refused.push(id);
    else if (!outcome.same) different.push(id);
    print(`${id}  ${typeof outcome === 'string' ? `not replayed: ${outcome}` : inOneLine(outcome)}\n`);
  }
  print(`\n${total(records.length, different, refused)}\n`);
  if (different.length > 0) return DIFFERENT;
  return refused.length > 0 ? NOT_REPLAYED : SAME;
}

/** The replay of a record, or why it cannot be replayed. */
async function outcomeOf(
  replayer: Replayer,
  read: () => string,
  how: GivenToReplay,
): Promise<Replay | string> {
  try {
    return await replayer.replay(readRecord(read()), how);
  } catch (error) {
    if (error instanceof RecordError || error instanceof ReplayError) return error.message;
    throw error;
  }
}

function inOneLine({ same, exchanges }: Replay): string {
  const events = `${exchanges.length} event${exchanges.length === 1 ? '' : 's'}`;
  if (same) return `${events}, answered as then`;
  const differ = exchanges.filter(({ differences }) => differences.length > 0).length;
  return `${differ} of ${events} differ`;
}

function total(calls: number, different: readonly string[], refused: readonly string[]): string {
  const list = (ids: readonly string[]): string =>
    `${ids.slice(0, MAX_NAMED).join(', ')}${ids.length > MAX_NAMED ? ', …' : ''}`;
  const counted = `${calls} call${calls === 1 ? '' : 's'}`;
  const as = calls - different.length - refused.length;
  return [
    `Today's code answers ${as} of ${counted} as then.`,
    ...(different.length > 0
      ? [
          `${different.length} differ: ${list(different)}. "chime-local replay ${different[0]}" shows one event by event.`,
        ]
      : []),
    ...(refused.length > 0 ? [`${refused.length} cannot be replayed: ${list(refused)}.`] : []),
  ].join('\n');
}
