/** Public entry point of the bots, with which callers talk after StartBotConversation. */
export { type Bot, readBots } from './bot.ts';
export { BotDirectory } from './bot-directory.ts';
export { type ConversationOutcome, Conversations } from './conversations.ts';
export { type LexCredentials, recognizeText } from './lex-endpoint.ts';
export { TextSessions } from './text-sessions.ts';
