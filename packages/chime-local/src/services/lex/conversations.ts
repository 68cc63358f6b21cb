/** What the Lex V2 runtime asks of whoever talks for the bots. The documents are those of its API. */

/** Which bot, and whose session with it. Lex V2 API reference, URI request parameters of RecognizeText. */
export interface LexSessionKey {
  botId: string;
  botAliasId: string;
  localeId: string;
  sessionId: string;
}

export interface LexMessage {
  content: string;
  contentType: string;
}

/** Lex V2 API, SessionState, in its own letters. */
export interface LexSessionState {
  dialogAction?: { type?: string; slotToElicit?: string };
  intent?: {
    name?: string;
    state?: string;
    confirmationState?: string;
    slots?: Record<string, { value?: { interpretedValue?: string } } | null>;
  };
  sessionAttributes?: Record<string, string>;
}

export interface LexAnswer {
  messages: LexMessage[];
  sessionState: LexSessionState;
  interpretations: object[];
  /** What was made out of a sound. */
  inputTranscript?: string;
}

export interface LexConversations {
  /** A turn of the caller's. Undefined: there is no such bot, or it has no such locale. */
  text(key: LexSessionKey, text: string, state: LexSessionState | undefined): Promise<LexAnswer | undefined>;
  /** A turn in sound: mono samples of that many hertz. */
  sound(
    key: LexSessionKey,
    samples: Int16Array,
    rate: number,
    state: LexSessionState | undefined,
  ): Promise<LexAnswer | undefined>;
  /** Begins or changes a session. */
  put(
    key: LexSessionKey,
    state: LexSessionState,
    messages: readonly LexMessage[],
  ): Promise<LexAnswer | undefined>;
  /** Undefined: there is no such session. */
  get(key: LexSessionKey): LexAnswer | undefined;
  /** False: there is no such session. */
  delete(key: LexSessionKey): boolean;
  /** Polly's name of the bot's voice. */
  voiceOf(key: LexSessionKey): string;
}
