/** What the built-in test party does when its number is called. */
export type PartyBehaviour =
  /** Rings for a second, answers, and says a text (its own, or `say:TEXT`). */
  | { does: 'answer'; text?: string }
  /** The same, but it presses keys instead: `keys:123#`. */
  | { does: 'keys'; keys: string }
  | { does: 'busy' }
  | { does: 'no-answer' }
  /** Answers at once with a greeting and a beep, as a voice mail does. */
  | { does: 'voicemail' };

/** A number and what the test party does there: `--party +12065550123=busy`. */
export interface PartyAt {
  number: string;
  behaviour: PartyBehaviour;
}

/** Reads `NUMBER=answer|busy|no-answer|voicemail|say:TEXT|keys:KEYS`; undefined when it is something else. */
export function parseParty(text: string): PartyAt | undefined {
  const [, number, what = ''] = /^(\+[1-9]\d{1,14})=(.+)$/.exec(text) ?? [];
  if (!number) return undefined;
  if (what.startsWith('say:') && what.length > 'say:'.length) {
    return { number, behaviour: { does: 'answer', text: what.slice('say:'.length) } };
  }
  const keys = /^keys:([0-9*#A-D,]{1,50})$/.exec(what)?.[1];
  if (keys) return { number, behaviour: { does: 'keys', keys } };
  const does = (['answer', 'busy', 'no-answer', 'voicemail'] as const).find((word) => word === what);
  return does && { number, behaviour: { does } };
}
