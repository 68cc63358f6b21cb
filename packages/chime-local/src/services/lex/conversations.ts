/**
 * The interface between the Lex V2 runtime API and the part that conducts the bots' conversations. The
 * documents are those of the API.
 */

/** Identifies a bot and a session with it. Lex V2 API reference, URI request parameters of RecognizeText. */
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

/** SessionState of the Lex V2 API, with its spelling. */
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
  /** The transcript of the audio input. */
  inputTranscript?: string;
}

export interface LexConversations {
  /** Handles a turn of text from the caller. Undefined if there is no such bot or it lacks that locale. */
  text(key: LexSessionKey, text: string, state: LexSessionState | undefined): Promise<LexAnswer | undefined>;
  /** Handles a turn of audio from the caller: mono samples at `rate` hertz. */
  sound(
    key: LexSessionKey,
    samples: Int16Array,
    rate: number,
    state: LexSessionState | undefined,
  ): Promise<LexAnswer | undefined>;
  /** Starts or changes a session. */
  put(
    key: LexSessionKey,
    state: LexSessionState,
    messages: readonly LexMessage[],
  ): Promise<LexAnswer | undefined>;
  /** The state of a session; undefined if there is no such session. */
  get(key: LexSessionKey): LexAnswer | undefined;
  /** Deletes a session. Returns false if there is no such session. */
  delete(key: LexSessionKey): boolean;
  /** The Polly name of the bot's voice. */
  voiceOf(key: LexSessionKey): string;
}
