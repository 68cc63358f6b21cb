import type { FunctionResponse, InvocationEvent } from '../../documents.ts';
import type { Handler } from '../handler.ts';
import { showAnswer, showEvent, Transcript } from '../transcript.ts';
import type { Exchanged } from './recorded.ts';
import { comparedExchange, type Replay } from './replay.ts';
import { Sameness } from './same.ts';

/**
 * Sends today's code the events of a call of which nothing else is known, for example from a function's log
 * on AWS, and compares the answers where they are known. The answers are not carried out: each event is the
 * recorded one, with the ids that today's code has generated in place of the recorded ones.
 */
export async function replayEvents(recorded: readonly Exchanged[], handler: Handler): Promise<Replay> {
  const sameness = new Sameness();
  const transcript = new Transcript();
  const exchanges: Replay['exchanges'] = [];
  for (const then of recorded) {
    const event = sameness.asOfToday(then.event);
    const today: Exchanged = { at: then.at, event };
    transcript.add(then.at, showEvent(then.event));
    await answerTo(event, handler).then(
      (answer) => {
        today.answer = answer;
        transcript.addBelow(`→ ${showAnswer(answer as FunctionResponse)}`);
      },
      (error: unknown) => {
        today.failure = `error: ${error instanceof Error ? error.message : String(error)}`;
        transcript.addBelow(`→ ${today.failure}`);
      },
    );
    const known = then.answer !== undefined || then.failure !== undefined;
    const compared = comparedExchange(sameness, known ? then : { ...then, answer: today.answer }, today);
    exchanges.push({ ...compared, recorded: then });
  }
  const same = exchanges.every(({ differences }) => differences.length === 0);
  return {
    same,
    exchanges,
    heard: { recorded: [], today: [], differences: [] },
    transcript: transcript.text,
  };
}

async function answerTo(event: InvocationEvent, handler: Handler): Promise<unknown> {
  const answer = await handler(JSON.parse(JSON.stringify(event)) as InvocationEvent);
  return JSON.parse(JSON.stringify(answer) ?? 'null');
}
