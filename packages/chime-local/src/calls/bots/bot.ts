import path from 'node:path';
import { isObject } from '#platform';

/**
 * A bot as its file describes it: what an Amazon Lex V2 bot alias is to a caller. The names are Lex's own where it has
 * some (Lex V2 developer guide, "How it works").
 */
export interface Bot {
  /** `arn:aws:lex:{region}:{account}:bot-alias/{botId}/{aliasId}`: what StartBotConversation names. */
  botAliasArn: string;
  /** It was made by a stack: its intents and values have keys that callers are not told. */
  keyed?: true;
  /** Its name, for code hooks; else its id. */
  name?: string;
  /** A voice of Amazon Polly. Default `Joanna`. */
  voiceId?: string;
  /**
   * Where the Lex V2 runtime has the bot: it is asked, and nothing is described here. Signed with the keys of the environment
   * (`AWS_ACCESS_KEY_ID` and so on), where there are some.
   */
  endpoint?: string;
  /** Makes out what callers say. Without one they use keys. */
  recogniser?: Recogniser;
  /** By the id of the locale, e.g. `en_US`. */
  locales: Record<string, BotLocale>;
}

/** A program that makes words of speech. */
export interface Recogniser {
  /** The program or JavaScript module, and its arguments; the path of a WAV file (8 kHz, mono) is put behind them. */
  command: string[];
  /** Seconds it has for an utterance; default 10. */
  timeoutSeconds?: number;
}

/** How a caller feels. Lex V2 API, SentimentResponse. */
export type Sentiment = 'POSITIVE' | 'NEGATIVE' | 'NEUTRAL' | 'MIXED';

export interface BotLocale {
  intents: BotIntent[];
  /** Own slot types: values, and what else may be said for them. */
  slotTypes?: Record<string, Record<string, string[]>>;
  /** Words that tell how a caller feels. With any, interpretations have a sentiment. */
  sentiment?: Record<string, Sentiment>;
  /** Said when nothing was understood. */
  fallback?: string;
  /** The function whose answers decide, where an intent has a code hook: its ARN or name. */
  codeHook?: string;
  /** The function is asked, too, when nothing was understood. */
  fallbackCodeHook?: boolean;
}

export interface BotIntent {
  name: string;
  /** What a caller says or keys for it; `{Slot}` stands for a slot's value. */
  utterances: string[];
  /** Asked for in this order. */
  slots?: BotSlot[];
  /** Asked when every slot has a value; `{Slot}` stands for it. */
  confirmation?: string;
  /** Said at the end. */
  closing?: string;
  /** The function is asked after each turn. */
  dialogCodeHook?: boolean;
  /** The function carries the intent out. */
  fulfillmentCodeHook?: boolean;
}

export interface BotSlot {
  name: string;
  /** `AMAZON.Number`, `AMAZON.AlphaNumeric`, `AMAZON.FreeFormInput`, or one of `slotTypes`. */
  type: string;
  prompt: string;
  /** Times it is asked for; default 3. */
  attempts?: number;
  /** It is taken when it is said, and not asked for. */
  optional?: boolean;
}

/**
 * Reads a bot's file: one bot, or a list of them. A recogniser's path that begins with a dot is one of the folder.
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
