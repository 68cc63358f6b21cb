import path from 'node:path';
import { isObject } from '#platform';

/**
 * A bot as its file describes it: the equivalent of an Amazon Lex V2 bot alias. The names are those of Lex
 * where it has a name for the thing (Lex V2 developer guide, "How it works").
 */
export interface Bot {
  /** `arn:aws:lex:{region}:{account}:bot-alias/{botId}/{aliasId}`, the ARN that StartBotConversation names. */
  botAliasArn: string;
  /** Set for a bot that a stack has created: its intents and slot values have keys, which callers are not told. */
  keyed?: true;
  /** The bot's name in the events of code hooks. Default: its id. */
  name?: string;
  /** The Amazon Polly voice that speaks for the bot. Default `Joanna`. */
  voiceId?: string;
  /**
   * Address of a Lex V2 runtime that has the bot. Each turn is sent there and no locale is described here.
   * Requests are signed with the credentials of the environment (`AWS_ACCESS_KEY_ID` and so on) if there are
   * any.
   */
  endpoint?: string;
  /** Recognises what callers say. Without a recogniser, callers use the keypad. */
  recogniser?: Recogniser;
  /** Keyed by locale id, e.g. `en_US`. */
  locales: Record<string, BotLocale>;
}

/** A program that turns speech into words. */
export interface Recogniser {
  /** A program or JavaScript module and its arguments. The path of a WAV file (8 kHz, mono) is appended to them. */
  command: string[];
  /** Seconds within which the program must recognise an utterance; default 10. */
  timeoutSeconds?: number;
}

/** The caller's mood. Lex V2 API, SentimentResponse. */
export type Sentiment = 'POSITIVE' | 'NEGATIVE' | 'NEUTRAL' | 'MIXED';

export interface BotLocale {
  intents: BotIntent[];
  /** The bot's own slot types: each value with the other words that callers may use for it. */
  slotTypes?: Record<string, Record<string, string[]>>;
  /** Words that reveal the caller's mood. If there are any, interpretations carry a sentiment. */
  sentiment?: Record<string, Sentiment>;
  /** Said when the input matches no intent. */
  fallback?: string;
  /** ARN or name of the Lambda function that serves the code hooks of the intents. */
  codeHook?: string;
  /** If true, the function is also invoked when no intent matches. */
  fallbackCodeHook?: boolean;
}

export interface BotIntent {
  name: string;
  /** What a caller says or keys to express the intent; `{Slot}` stands for a slot's value. */
  utterances: string[];
  /** The slots, in the order in which the bot asks for them. */
  slots?: BotSlot[];
  /** The question asked once every required slot has a value; `{Slot}` stands for a slot's value. */
  confirmation?: string;
  /** Said when the intent is fulfilled. */
  closing?: string;
  /** If true, the function is invoked after each turn. */
  dialogCodeHook?: boolean;
  /** If true, the function fulfils the intent. */
  fulfillmentCodeHook?: boolean;
}

export interface BotSlot {
  name: string;
  /** `AMAZON.Number`, `AMAZON.AlphaNumeric`, `AMAZON.FreeFormInput`, or one of `slotTypes`. */
  type: string;
  prompt: string;
  /** How often the bot asks for the slot before it gives up; default 3. */
  attempts?: number;
  /** If true, the value is taken when the caller mentions it, but the bot does not ask for it. */
  optional?: boolean;
}

/**
 * Reads a bot file, which holds one bot or a list of bots. A recogniser's path that begins with a dot is
 * relative to `folder`.
 * @throws Error that says what is wrong and where
 */
export function readBots(text: string, folder = '.'): Bot[] {
  const read: unknown = JSON.parse(text);
  const bots = Array.isArray(read) ? read : [read];
  for (const [index, bot] of bots.entries()) checkBot(bot, Array.isArray(read) ? `[${index}]` : '');
  return (bots as Bot[]).map((bot) => {
    if (!bot.recogniser) return { ...bot, locales: bot.locales ?? {} };
    const [program = '', ...args] = bot.recogniser.command;
    const found = program.startsWith('.') ? path.resolve(folder, program) : program;
    return {
      ...bot,
      locales: bot.locales ?? {},
      recogniser: { ...bot.recogniser, command: [found, ...args] },
    };
  });
}

const SENTIMENTS: readonly Sentiment[] = ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'];
const ARN = /^arn:[\w-]+:lex:[\w-]+:\d{12}:bot-alias\/\w+\/\w+$/;

function checkBot(bot: unknown, at: string): void {
  const { botAliasArn, locales, recogniser, endpoint } = objectAt(bot, at);
  if (typeof botAliasArn !== 'string' || !ARN.test(botAliasArn)) {
    throw new Error(
      `${at}.botAliasArn must be arn:aws:lex:REGION:ACCOUNT:bot-alias/BOT/ALIAS, not ${JSON.stringify(botAliasArn)}.`,
    );
  }
  if (recogniser !== undefined) {
    const { command } = objectAt(recogniser, `${at}.recogniser`);
    const isText = (part: unknown): boolean => typeof part === 'string' && part !== '';
    if (!Array.isArray(command) || command.length === 0 || !command.every(isText)) {
      throw new Error(`${at}.recogniser.command must be a list: a program and its arguments.`);
    }
  }
  if (endpoint !== undefined) {
    if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
      throw new Error(
        `${at}.endpoint must be the address of a Lex V2 runtime, not ${JSON.stringify(endpoint)}.`,
      );
    }
    if (locales !== undefined) throw new Error(`${at}.locales must be left out beside endpoint.`);
    return;
  }
  for (const [id, locale] of Object.entries(objectAt(locales, `${at}.locales`))) {
    const where = `${at}.locales.${id}`;
    const { intents, sentiment = {} } = objectAt(locale, where);
    for (const [word, felt] of Object.entries(objectAt(sentiment, `${where}.sentiment`))) {
      if (SENTIMENTS.includes(felt as Sentiment)) continue;
      throw new Error(`${where}.sentiment.${word} must be one of ${SENTIMENTS.join(', ')}.`);
    }
    if (!Array.isArray(intents) || intents.length === 0) throw new Error(`${where}.intents must be a list.`);
    for (const [index, intent] of intents.entries()) checkIntent(intent, `${where}.intents[${index}]`);
  }
}

function checkIntent(intent: unknown, at: string): void {
  const { name, utterances, slots = [] } = objectAt(intent, at);
  if (typeof name !== 'string' || name === '') throw new Error(`${at}.name must be the intent's name.`);
  if (!Array.isArray(utterances) || utterances.some((each) => typeof each !== 'string')) {
    throw new Error(`${at}.utterances must be a list of texts.`);
  }
  if (!Array.isArray(slots)) throw new Error(`${at}.slots must be a list.`);
  slots.forEach((slot, index) => {
    const where = `${at}.slots[${index}]`;
    const fields = objectAt(slot, where);
    for (const field of ['name', 'type', 'prompt']) {
      if (typeof fields[field] !== 'string') throw new Error(`${where}.${field} must be a text.`);
    }
  });
}

function objectAt(value: unknown, at: string): Record<string, unknown> {
  if (isObject(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`${at || 'The file'} must be an object, not ${JSON.stringify(value)}.`);
}
