import { startBotConversation as schema } from '../../actions/start-bot-conversation.ts';
import { INVALID_LEG, invalidParameter } from '../../failures.ts';
import { liveLegByTag } from '../call.ts';
import type { ActionDefinition } from './action.ts';
import { edgeFailure } from './playback.ts';

/** Lets LEG-A's party talk with a bot until the bot closes the conversation. DG: start-bot-conversation. */
export const startBotConversation: ActionDefinition<typeof schema, { conversationId: string }> = {
  schema,
  defaultLeg: 'invoked',
  refuses(_parameters, { call, leg }) {
    if (leg.participantTag !== 'LEG-A') return INVALID_LEG;
    return liveLegByTag(call, 'LEG-B') ? invalidParameter('Invalid action on the call.') : undefined;
  },
  answers: true,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'failure',
  start({ parameters, leg: { legId }, newName }) {
    const conversationId = newName('conversation');
    const { BotAliasArn, LocaleId, Configuration } = parameters;
    const welcome = (Configuration?.WelcomeMessages ?? []).map(({ Content, ContentType }) => ({
      content: Content,
      contentType: ContentType,
    }));
    return {
      next: 'waits',
      state: { conversationId },
      outputs: [
        {
          kind: 'StartConversation',
          legId,
          conversationId,
          botAliasArn: BotAliasArn,
          localeId: LocaleId,
          sessionAttributes: Configuration?.SessionState?.SessionAttributes ?? {},
          welcome,
        },
      ],
    };
  },
  on: {
    /** Every key goes to the bot. */
    DigitPressed: ({ state, leg: { legId } }, { digit }) => ({
      next: 'waits',
      state,
      outputs: [{ kind: 'ConversationKey', legId, conversationId: state.conversationId, key: digit }],
    }),
    ConversationEnded: ({ state, leg }, { conversationId, intentResult }) =>
      conversationId === state.conversationId
        ? { next: 'succeeds', result: { IntentResult: { SessionId: leg.legId, ...intentResult } } }
        : undefined,
    ConversationFailed: ({ state }, input) =>
      input.conversationId === state.conversationId
        ? { next: 'fails', failure: edgeFailure(input) }
        : undefined,
  },
  stop: ({ state: { conversationId }, leg: { legId } }) => [
    { kind: 'StopConversation', legId, conversationId },
  ],
};
