import type { BotIntent, BotLocale, BotSlot } from './bot.ts';
import { confirmed, filled, slotValue, understand } from './understanding.ts';

/** States of an intent. Lex V2 API, Intent. */
export type IntentState = 'InProgress' | 'Fulfilled' | 'ReadyForFulfillment' | 'Failed';
export type Confirmation = 'Confirmed' | 'Denied' | 'None';

/** The state of a conversation, as plain data. */
export interface Dialogue {
  readonly attributes: Readonly<Record<string, string>>;
  readonly intent: BotIntent | null;
  readonly slots: Readonly<Record<string, string | undefined>>;
  readonly state: IntentState;
  readonly confirmation: Confirmation;
  /** What the caller's next words are expected to supply. */
  readonly awaits: 'intent' | 'confirmation' | { slot: string };
  /** Number of consecutive turns without a match. */
  readonly misses: number;
  /** What the caller said or keyed last. */
  readonly heard: string;
}

/** The outcome of a turn: what the bot says, and what happens next. */
export interface Turn {
  dialogue: Dialogue;
  say: readonly string[];
  /** `hook`: the function is invoked before anything else happens. */
  next: 'listen' | 'close' | { hook: 'DialogCodeHook' | 'FulfillmentCodeHook' };
}

/** The part of a code hook function's answer that is read. Lex V2 developer guide, "Lambda response". */
export interface HookAnswer {
  sessionState?: {
    sessionAttributes?: Record<string, string>;
    dialogAction?: { type?: string; slotToElicit?: string };
    intent?: { state?: string; slots?: Record<string, { value?: { interpretedValue?: string } } | null> };
  };
  messages?: { content?: string }[];
}

/** Consecutive misses after which a bot gives up. The default of Lex V2 is the same. */
const MAX_MISSES = 3;
const DEFAULT_FALLBACK = 'Sorry, I did not understand.';

export function beginDialogue(attributes: Readonly<Record<string, string>>): Dialogue {
  return {
    attributes,
    intent: null,
    slots: {},
    state: 'InProgress',
    confirmation: 'None',
    awaits: 'intent',
    misses: 0,
    heard: '',
  };
}

/** Takes what the caller has said or keyed; an empty text means silence. */
export function hear(before: Dialogue, text: string, locale: BotLocale): Turn {
  const dialogue = { ...before, heard: text };
  if (dialogue.awaits === 'intent') {
    const meant = understand(text, locale);
    if (!meant && locale.fallbackCodeHook)
      return { dialogue, say: [], next: { hook: 'FulfillmentCodeHook' } };
    if (!meant) return missed(dialogue, [locale.fallback ?? DEFAULT_FALLBACK]);
    const slots = { ...meant.slots };
    return turned({ ...dialogue, intent: meant.intent, slots, misses: 0 });
  }
  if (dialogue.awaits === 'confirmation') {
    const answer = confirmed(text);
    if (answer === undefined) return missed(dialogue, [questionOf(dialogue)]);
    const confirmation = answer ? ('Confirmed' as const) : ('Denied' as const);
    return turned({ ...dialogue, confirmation, misses: 0 });
  }
  const { slot: name } = dialogue.awaits;
  const slot = slotOf(dialogue, name);
  const value = slot && slotValue(text, slot.type, locale);
  if (value === undefined) return missed(dialogue, [slot?.prompt ?? ''], slot?.attempts);
  return turned({ ...dialogue, slots: { ...dialogue.slots, [name]: value }, misses: 0 });
}

/**
 * After a caller's turn, the function is invoked if the intent has a dialogue code hook; otherwise the bot
 * goes on.
 */
function turned(dialogue: Dialogue): Turn {
  if (dialogue.intent?.dialogCodeHook) return { dialogue, say: [], next: { hook: 'DialogCodeHook' } };
  return goOn(dialogue);
}

/** The bot's own next step: ask for a slot, ask for confirmation, or fulfil the intent and close. */
export function goOn(dialogue: Dialogue, say: readonly string[] = []): Turn {
  const { intent, slots, confirmation } = dialogue;
  if (!intent) return { dialogue, say, next: 'listen' };
  const missing = intent.slots?.find(({ name, optional }) => !optional && slots[name] === undefined);
  if (missing) return elicit(dialogue, missing, say);
  if (confirmation === 'Denied') return closed({ ...dialogue, state: 'Failed' }, say);
  if (intent.confirmation !== undefined && confirmation === 'None') {
    const asking: Dialogue = { ...dialogue, awaits: 'confirmation' };
    return { dialogue: asking, say: [...say, questionOf(asking)], next: 'listen' };
  }
  if (intent.fulfillmentCodeHook) return { dialogue, say, next: { hook: 'FulfillmentCodeHook' } };
  if (intent.closing === undefined) return closed({ ...dialogue, state: 'ReadyForFulfillment' }, say);
  return closed({ ...dialogue, state: 'Fulfilled' }, [...say, filled(intent.closing, slots)]);
}

/** Applies the answer of a code hook function; undefined if the function failed. */
export function hooked(
  before: Dialogue,
  hook: 'DialogCodeHook' | 'FulfillmentCodeHook',
  answer: HookAnswer | undefined,
): Turn {
  if (!answer) return closed({ ...before, state: 'Failed' }, []);
  const { sessionAttributes, dialogAction, intent } = answer.sessionState ?? {};
  const told = Object.entries(intent?.slots ?? {}).map(
    ([name, slot]) => [name, slot?.value?.interpretedValue] as const,
  );
  const dialogue: Dialogue = {
    ...before,
    attributes: sessionAttributes ?? before.attributes,
    slots: { ...before.slots, ...Object.fromEntries(told) },
  };
  const say = (answer.messages ?? []).flatMap(({ content }) => content ?? []);
  switch (dialogAction?.type) {
    case 'ElicitSlot': {
      const slot = slotOf(dialogue, dialogAction.slotToElicit ?? '');
      if (!slot) return goOn(dialogue, say);
      const cleared = { ...dialogue, slots: { ...dialogue.slots, [slot.name]: undefined } };
      return elicit(cleared, slot, say, say.length > 0);
    }
    case 'ElicitIntent':
      return { dialogue: { ...dialogue, intent: null, slots: {}, awaits: 'intent' }, say, next: 'listen' };
    case 'ConfirmIntent': {
      const asking: Dialogue = { ...dialogue, awaits: 'confirmation', confirmation: 'None' };
      return { dialogue: asking, say: say.length > 0 ? say : [questionOf(asking)], next: 'listen' };
    }
    case 'Close': {
      const state = intent?.state === 'Failed' ? 'Failed' : 'Fulfilled';
      return closed({ ...dialogue, state }, say);
    }
    default:
      return hook === 'DialogCodeHook'
        ? goOn(dialogue, say)
        : closed({ ...dialogue, state: 'Fulfilled' }, say);
  }
}

/** The question that the conversation is waiting to have answered; empty if it waits for an intent. */
export function questionNow(dialogue: Dialogue): string[] {
  const { awaits, slots } = dialogue;
  if (awaits === 'intent') return [];
  if (awaits === 'confirmation') return [questionOf(dialogue)];
  const prompt = slotOf(dialogue, awaits.slot)?.prompt;
  return prompt ? [filled(prompt, slots)] : [];
}

function elicit(dialogue: Dialogue, slot: BotSlot, say: readonly string[], asked = false): Turn {
  const prompt = asked ? [] : [filled(slot.prompt, dialogue.slots)];
  return {
    dialogue: { ...dialogue, awaits: { slot: slot.name } },
    say: [...say, ...prompt],
    next: 'listen',
  };
}

/** Asks again, or closes the conversation when the limit is reached. */
function missed(dialogue: Dialogue, say: readonly string[], limit = MAX_MISSES): Turn {
  const misses = dialogue.misses + 1;
  const again = { ...dialogue, misses };
  return misses < limit
    ? { dialogue: again, say, next: 'listen' }
    : closed({ ...again, state: 'Failed' }, []);
}

function closed(dialogue: Dialogue, say: readonly string[]): Turn {
  return { dialogue, say, next: 'close' };
}

function slotOf({ intent }: Dialogue, name: string): BotSlot | undefined {
  return intent?.slots?.find((slot) => slot.name === name);
}

function questionOf({ intent, slots }: Dialogue): string {
  return filled(intent?.confirmation ?? 'Is that right?', slots);
}
