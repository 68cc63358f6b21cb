import type { ActionErrorType, IntentResult } from 'pstn-audio';
import type { SpeakText, StartConversation } from 'pstn-audio/engine';
import type { MediaEdge } from '#media-edge';
import type { Clock, Log } from '#platform';
import type { Bot, BotLocale } from './bot.ts';
import type { BotDirectory } from './bot-directory.ts';
import {
  beginDialogue,
  type Dialogue,
  type HookAnswer,
  hear,
  hooked,
  questionNow,
  type Turn,
} from './dialogue.ts';
import { hookEvent, intentResult, sentimentOf } from './documents.ts';
import { Ears, type EarsParts } from './ears.ts';
import { keysOf } from './lex-definition.ts';
import type { LexSession, LexTurn } from './lex-endpoint.ts';
import { recognise } from './recogniser.ts';
import type { TextSessions } from './text-sessions.ts';

/** The keyed input is complete once no further key has been pressed for this long. DG: start-bot-conversation. */
const KEYS_END_MS = 5_000;
/** A turn counts as silence after this long without a word or key. Ours: Lex waits for speech to start. */
const SILENCE_MS = 10_000;

/** How a conversation ended. */
export type ConversationOutcome =
  | { intentResult: Omit<IntentResult, 'SessionId'> }
  | { errorType: ActionErrorType; message: string };

export interface ConversationParts {
  bots: Pick<BotDirectory, 'find' | 'arns'>;
  media: Pick<MediaEdge, 'play' | 'stop' | 'record' | 'stopRecording'>;
  /** Prepares a text for playback and returns its audio id, or an object if it cannot be spoken. */
  speech(output: SpeakText): string | object | Promise<string | object>;
  /** Invokes the function of a code hook and returns its answer as text. */
  invoke(functionName: string, payload: string): Promise<string>;
  /** Sessions that functions have begun for the leg with PutSession of the Lex API. */
  sessions?: Pick<TextSessions, 'take'>;
  /** Sends one turn to a Lex endpoint that has the bot. */
  lex(session: LexSession, text: string, attributes: Readonly<Record<string, string>>): Promise<LexTurn>;
  /** Turns speech into words; by default, by means of the program that the bot names. */
  recognise?: EarsParts['recognise'];
  clock: Clock;
  log: Log;
}

interface Conversation {
  id: string;
  legId: string;
  bot: Bot;
  localeId: string;
  locale: BotLocale;
  dialogue: Dialogue;
  inputMode: 'DTMF' | 'Text';
  /** Texts that the bot has yet to say. */
  saying: string[];
  playId: string | undefined;
  said: number;
  closing: boolean;
  /** The result that a Lex endpoint returned when it closed the conversation. */
  result?: Omit<IntentResult, 'SessionId'>;
  keys: string;
  cancelTimer: () => void;
  report(outcome: ConversationOutcome): void;
}

/** Conversations of callers with bots: the bots speak, the callers speak or press keys. */
export class Conversations {
  readonly #parts: ConversationParts;
  readonly #byLeg = new Map<string, Conversation>();
  /** All conversations of a leg share one session (pstn-audio 4.16). */
  readonly #attributes = new Map<string, Readonly<Record<string, string>>>();

  readonly #ears: Ears;
  /** ARNs of the bots whose keys have been logged. */
  readonly #told = new Set<string>();

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.#ears = new Ears({
      media: parts.media,
      recognise: parts.recognise ?? recognise,
      onSpoken: (legId) => this.#byLeg.get(legId)?.cancelTimer(),
      onWords: (legId, text) => this.words(legId, text),
      log: parts.log,
    });
  }

  /** Takes samples of a leg from the media thread. Returns whether they belong to a bot's recording. */
  recorded(id: string, samples: Int16Array, last: boolean): boolean {
    return this.#ears.recorded(id, samples, last);
  }

  /** The leg's party has fallen silent. Returns whether the silence belongs to a bot's recording. */
  silence(id: string): boolean {
    return this.#ears.silence(id);
  }

  start(output: StartConversation, report: (outcome: ConversationOutcome) => void): void {
    const { legId, conversationId, botAliasArn, localeId, sessionAttributes, welcome } = output;
    const bot = this.#parts.bots.find(botAliasArn);
    const described = bot && Object.hasOwn(bot.locales, localeId) ? bot.locales[localeId] : undefined;
    const locale = bot?.endpoint === undefined ? described : { intents: [] };
    if (!bot || !locale) {
      const known = this.#parts.bots.arns.join(', ') || 'none; give one with --bot FILE';
      const text = bot ? `has no locale ${localeId}` : 'is no bot of this machine';
      this.#parts.log.warn(`${botAliasArn} ${text}. Bots: ${known}.`);
      report({ errorType: 'ResourceNotFound', message: `The bot alias ${botAliasArn} ${text}.` });
      return;
    }
    if (bot.keyed && !bot.recogniser) this.#tellKeys(bot, locale);
    const begun = this.#parts.sessions?.take(botAliasArn, localeId, legId);
    const attributes = { ...begun?.attributes, ...this.#attributes.get(legId), ...sessionAttributes };
    const said = welcome.map(({ content }) => content);
    const conversation: Conversation = {
      ...{ id: conversationId, legId, bot, localeId, locale, report },
      dialogue: begun ? { ...begun, attributes } : beginDialogue(attributes),
      inputMode: 'Text',
      saying: begun && said.length === 0 ? questionNow(begun) : said,
      playId: undefined,
      said: 0,
      closing: false,
      keys: '',
      cancelTimer: () => {},
    };
    this.#byLeg.set(legId, conversation);
    void this.#sayNext(conversation);
  }

  /** Logs once for each bot which keys it understands, so that callers know what to press. */
  #tellKeys({ name, botAliasArn }: Bot, locale: BotLocale): void {
    if (this.#told.has(botAliasArn)) return;
    this.#told.add(botAliasArn);
    const text = `The bot ${name} hears keys, each with # behind it, and no words: ${keysOf(locale)}.`;
    this.#parts.log.info(`${text} A recogniser for words: docs/bots.md.`);
  }

  /** Takes a key: `#` completes the input and `*` clears it. Any key stops what is being said. */
  key(legId: string, key: string): void {
    const conversation = this.#listening(legId);
    if (!conversation) return;
    conversation.cancelTimer();
    this.#ears.stop(legId);
    if (key === '#') this.#take(conversation, conversation.keys, 'DTMF');
    else {
      conversation.keys = key === '*' ? '' : conversation.keys + key;
      const take = (): void => this.#take(conversation, conversation.keys, 'DTMF');
      conversation.cancelTimer = this.#parts.clock.after(KEYS_END_MS, take);
    }
  }

  /** Takes words from any source of recognised speech. */
  words(legId: string, text: string): void {
    const conversation = this.#listening(legId);
    if (conversation) this.#take(conversation, text, 'Text');
  }

  /** Ends the conversation without reporting a result. */
  stop(legId: string): void {
    const conversation = this.#byLeg.get(legId);
    if (!conversation) return;
    this.#byLeg.delete(legId);
    conversation.cancelTimer();
    this.#ears.stop(legId);
    this.#quiet(conversation);
  }

  legEnded(legId: string): void {
    this.stop(legId);
    this.#attributes.delete(legId);
  }

  /** Returns whether the playback was something that a bot said. */
  playbackFinished(legId: string, playId: string): boolean {
    const conversation = this.#byLeg.get(legId);
    if (conversation?.playId !== playId) return false;
    conversation.playId = undefined;
    void this.#sayNext(conversation);
    return true;
  }

  #listening(legId: string): Conversation | undefined {
    const conversation = this.#byLeg.get(legId);
    if (!conversation || conversation.closing) return undefined;
    conversation.saying = [];
    this.#quiet(conversation);
    return conversation;
  }

  #quiet(conversation: Conversation): void {
    if (conversation.playId !== undefined) this.#parts.media.stop(conversation.legId, conversation.playId);
    conversation.playId = undefined;
  }

  #take(conversation: Conversation, text: string, inputMode: 'DTMF' | 'Text'): void {
    conversation.cancelTimer();
    this.#ears.stop(conversation.legId);
    conversation.keys = '';
    conversation.inputMode = inputMode;
    if (conversation.bot.endpoint !== undefined) {
      void this.#askLex(conversation, conversation.bot.endpoint, text);
      return;
    }
    void this.#follow(conversation, hear(conversation.dialogue, text, conversation.locale));
  }

  /** Asks the Lex V2 runtime that has the bot; its answer says what the bot says next. */
  async #askLex(conversation: Conversation, endpoint: string, text: string): Promise<void> {
    const { legId, localeId, bot, dialogue } = conversation;
    const session = { endpoint, botAliasArn: bot.botAliasArn, localeId, sessionId: legId };
    try {
      const turn = await this.#parts.lex(session, text, dialogue.attributes);
      if (this.#byLeg.get(legId) !== conversation) return;
      conversation.dialogue = { ...dialogue, attributes: turn.attributes, heard: text };
      conversation.saying.push(...turn.say);
      conversation.closing = turn.result !== undefined;
      if (turn.result) conversation.result = turn.result;
      await this.#sayNext(conversation);
    } catch (error) {
      this.#parts.log.error(`The bot ${bot.botAliasArn} cannot be asked: ${(error as Error).message}`);
      if (this.#byLeg.get(legId) !== conversation) return;
      this.stop(legId);
      conversation.report({ errorType: 'SystemException', message: 'System error while running action.' });
    }
  }

  /** Says what the turn calls for and invokes the code hook if there is one, then listens or closes. */
  async #follow(conversation: Conversation, turn: Turn): Promise<void> {
    conversation.dialogue = turn.dialogue;
    conversation.saying.push(...turn.say);
    if (typeof turn.next === 'object') {
      const { hook } = turn.next;
      const answer = await this.#ask(conversation, hook);
      if (this.#byLeg.get(conversation.legId) !== conversation) return;
      await this.#follow(conversation, hooked(conversation.dialogue, hook, answer));
      return;
    }
    conversation.closing = turn.next === 'close';
    await this.#sayNext(conversation);
  }

  async #ask(conversation: Conversation, hook: string): Promise<HookAnswer | undefined> {
    const { bot, localeId, legId, inputMode, dialogue, locale } = conversation;
    const sentiment = sentimentOf(dialogue.heard, locale.sentiment);
    const event = hookEvent(bot, localeId, legId, { hook, inputMode, sentiment }, dialogue);
    try {
      if (!locale.codeHook) throw new Error('the locale names no codeHook');
      return JSON.parse(await this.#parts.invoke(locale.codeHook, JSON.stringify(event))) as HookAnswer;
    } catch (error) {
      const intent = dialogue.intent?.name;
      this.#parts.log.error(`The ${hook} of the bot's intent ${intent} failed: ${(error as Error).message}.`);
      return undefined;
    }
  }

  /** Says the next text. Once everything is said, the bot listens or the conversation closes. */
  async #sayNext(conversation: Conversation): Promise<void> {
    const { legId, bot } = conversation;
    const text = conversation.saying.shift();
    if (text === undefined) {
      if (conversation.closing) this.#close(conversation);
      else {
        const silence = (): void => this.#take(conversation, '', 'Text');
        conversation.cancelTimer();
        conversation.cancelTimer = this.#parts.clock.after(SILENCE_MS, silence);
        if (bot.recogniser) this.#ears.listen(legId, bot.recogniser);
      }
      return;
    }
    const playId = `${conversation.id}-${++conversation.said}`;
    conversation.playId = playId;
    const voice = { textType: 'text', engine: 'standard', voiceId: bot.voiceId ?? 'Joanna' } as const;
    const audio = await this.#parts.speech({ kind: 'SpeakText', legId, playId, text, ...voice });
    if (conversation.playId !== playId || this.#byLeg.get(legId) !== conversation) return;
    if (typeof audio === 'string') this.#parts.media.play(legId, { playId, audioId: audio, repeat: 1 });
    else this.playbackFinished(legId, playId);
  }

  #close(conversation: Conversation): void {
    const { legId, dialogue, report, locale } = conversation;
    conversation.cancelTimer();
    this.#ears.stop(legId);
    this.#byLeg.delete(legId);
    this.#attributes.set(legId, dialogue.attributes);
    const { result = intentResult(dialogue, sentimentOf(dialogue.heard, locale.sentiment)) } = conversation;
    report({ intentResult: result });
  }
}
