import { writeWav } from '#audio';
import type { LexAnswer, LexConversations, LexMessage, LexSessionKey, LexSessionState } from '#aws';
import type { Clock, Log } from '#platform';
import type { Bot, BotLocale } from './bot.ts';
import type { BotDirectory } from './bot-directory.ts';
import { beginDialogue, type Dialogue, goOn, type HookAnswer, hear, hooked, type Turn } from './dialogue.ts';
import { hookEvent, sentimentOf, sessionDocument } from './documents.ts';
import { recognise } from './recogniser.ts';

/** Maximum number of sessions kept; the least recently used one is dropped first. Ours. */
const MAX_SESSIONS = 1000;
/** Milliseconds without a turn after which a session expires. Lex V2: 5 minutes by default. */
const IDLE_MS = 5 * 60_000;

export interface TextSessionParts {
  bots: Pick<BotDirectory, 'find' | 'findByIds'>;
  /** Invokes the function of a code hook and returns its answer as text. */
  invoke(functionName: string, payload: string): Promise<string>;
  recognise?: typeof recognise;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

interface Session {
  dialogue: Dialogue;
  messages: LexMessage[];
  /** The last turn closed the conversation. The next one starts afresh but keeps the attributes. */
  closed: boolean;
  usedAt: number;
}

interface Open {
  key: LexSessionKey;
  bot: Bot;
  locale: BotLocale;
  session: Session;
}

/** Conversations in text between clients of the Lex V2 runtime and the bots of this machine. */
export class TextSessions implements LexConversations {
  readonly #parts: TextSessionParts;
  readonly #sessions = new Map<string, Session>();

  constructor(parts: TextSessionParts) {
    this.#parts = parts;
  }

  async text(
    key: LexSessionKey,
    text: string,
    state: LexSessionState | undefined,
    inputMode: 'Text' | 'Speech' = 'Text',
  ): Promise<LexAnswer | undefined> {
    const open = this.#open(key);
    if (!open) return undefined;
    const before = withState(open.session, state, open.locale);
    return this.#follow(open, hear(before, text, open.locale), inputMode);
  }

  async sound(
    key: LexSessionKey,
    samples: Int16Array,
    rate: number,
    state: LexSessionState | undefined,
  ): Promise<LexAnswer | undefined> {
    const bot = this.#botOf(key);
    if (!bot) return undefined;
    const words = await this.#wordsOf(bot, samples, rate);
    const answer = await this.text(key, words, state, 'Speech');
    return answer && { ...answer, inputTranscript: words };
  }

  async put(
    key: LexSessionKey,
    state: LexSessionState,
    messages: readonly LexMessage[],
  ): Promise<LexAnswer | undefined> {
    const open = this.#open(key);
    if (!open) return undefined;
    const dialogue = withState({ ...open.session, closed: false }, state, open.locale);
    const turn: Turn =
      state.dialogAction?.type === 'Delegate'
        ? goOn(dialogue)
        : { dialogue, say: [], next: state.dialogAction?.type === 'Close' ? 'close' : 'listen' };
    const answer = await this.#follow(open, turn, 'Text');
    open.session.messages = messages.length > 0 ? [...messages] : answer.messages;
    return { ...answer, messages: open.session.messages };
  }

  get(key: LexSessionKey): LexAnswer | undefined {
    const session = this.#kept(key);
    return session && answerOf(session, undefined);
  }

  delete(key: LexSessionKey): boolean {
    return this.#kept(key) !== undefined && this.#sessions.delete(nameOf(key));
  }

  /** Hands a session over to a call, which continues it. Undefined if there is no open session. */
  take(botAliasArn: string, localeId: string, sessionId: string): Dialogue | undefined {
    const [botId = '', botAliasId = ''] = botAliasArn.split('/').slice(-2);
    const key = { botId, botAliasId, localeId, sessionId };
    const session = this.#kept(key);
    this.#sessions.delete(nameOf(key));
    return session?.closed ? undefined : session?.dialogue;
  }

  voiceOf(key: LexSessionKey): string {
    return this.#botOf(key)?.voiceId ?? 'Joanna';
  }

  #botOf({ botId, botAliasId }: LexSessionKey): Bot | undefined {
    return this.#parts.bots.findByIds(botId, botAliasId);
  }

  #kept(key: LexSessionKey): Session | undefined {
    const session = this.#sessions.get(nameOf(key));
    return session && this.#parts.clock.now() - session.usedAt <= IDLE_MS ? session : undefined;
  }

  /** Returns the session, or begins a new one. Undefined if there is no such bot or locale. */
  #open(key: LexSessionKey): Open | undefined {
    const bot = this.#botOf(key);
    const locale = bot && Object.hasOwn(bot.locales, key.localeId) ? bot.locales[key.localeId] : undefined;
    if (!bot || !locale) return undefined;
    const session = this.#kept(key) ?? {
      dialogue: beginDialogue({}),
      messages: [],
      closed: false,
      usedAt: 0,
    };
    session.usedAt = this.#parts.clock.now();
    const name = nameOf(key);
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return { key, bot, locale, session };
  }

  async #follow(open: Open, first: Turn, inputMode: 'Text' | 'Speech'): Promise<LexAnswer> {
    const say: string[] = [];
    let turn = first;
    while (typeof turn.next === 'object') {
      say.push(...turn.say);
      const { hook } = turn.next;
      turn = hooked(turn.dialogue, hook, await this.#ask(open, turn.dialogue, hook, inputMode));
    }
    say.push(...turn.say);
    const { session, locale } = open;
    session.dialogue = turn.dialogue;
    session.closed = turn.next === 'close';
    session.messages = say.map((content) => ({ content, contentType: 'PlainText' }));
    return answerOf(session, sentimentOf(turn.dialogue.heard, locale.sentiment));
  }

  async #ask(
    { key, bot, locale }: Open,
    dialogue: Dialogue,
    hook: string,
    inputMode: 'Text' | 'Speech',
  ): Promise<HookAnswer | undefined> {
    const sentiment = sentimentOf(dialogue.heard, locale.sentiment);
    const event = hookEvent(bot, key.localeId, key.sessionId, { hook, inputMode, sentiment }, dialogue);
    try {
      if (!locale.codeHook) throw new Error('the locale names no function');
      return JSON.parse(await this.#parts.invoke(locale.codeHook, JSON.stringify(event))) as HookAnswer;
    } catch (error) {
      const intent = dialogue.intent?.name;
      this.#parts.log.error(`The ${hook} of the bot's intent ${intent} failed: ${(error as Error).message}.`);
      return undefined;
    }
  }

  /** The words that the bot's recogniser returns; empty without a recogniser or if it fails. */
  async #wordsOf(bot: Bot, samples: Int16Array, sampleRate: number): Promise<string> {
    const { log, recognise: makeOut = recognise } = this.#parts;
    if (!bot.recogniser) {
      log.warn(`${bot.botAliasArn} was spoken to, but no file gives it a recogniser: nothing is understood.`);
      return '';
    }
    try {
      return await makeOut(bot.recogniser, writeWav({ sampleRate, samples }));
    } catch (error) {
      log.warn(`A bot's recogniser failed: ${(error as Error).message}`);
      return '';
    }
  }
}

const nameOf = ({ botId, botAliasId, localeId, sessionId }: LexSessionKey): string =>
  [botId, botAliasId, localeId, sessionId].join('/');

/** What a client says about a session overrides what is known of it. */
function withState(
  { dialogue, closed }: Session,
  state: LexSessionState | undefined,
  locale: BotLocale,
): Dialogue {
  const known = closed ? beginDialogue(dialogue.attributes) : dialogue;
  const attributes = state?.sessionAttributes ?? known.attributes;
  const { type, slotToElicit } = state?.dialogAction ?? {};
  if (type === 'ElicitIntent') return beginDialogue(attributes);
  const intent = locale.intents.find(({ name }) => name === state?.intent?.name);
  if (!intent) return { ...known, attributes };
  const slots = Object.fromEntries(
    Object.entries(state?.intent?.slots ?? {}).map(([name, slot]) => [name, slot?.value?.interpretedValue]),
  );
  const awaits =
    type === 'ConfirmIntent' ? 'confirmation' : slotToElicit ? { slot: slotToElicit } : known.awaits;
  return { ...known, attributes, intent, slots: { ...slots }, awaits };
}

function answerOf(
  { dialogue, messages, closed }: Session,
  sentiment: ReturnType<typeof sentimentOf>,
): LexAnswer {
  return { messages, ...sessionDocument(dialogue, closed, sentiment) };
}
