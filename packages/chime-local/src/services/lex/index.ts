export { type FoundBot, LexBots, TEST_ALIAS } from './bots.ts';
export type {
  LexAnswer,
  LexConversations,
  LexMessage,
  LexSessionKey,
  LexSessionState,
} from './conversations.ts';
export { createLex } from './lex.ts';
