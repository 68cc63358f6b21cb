import { MAX_BOT_CONFIGURATION_BYTES } from '../limits.ts';
import { listOf, mapOfTexts, oneOf, text } from '../schema/kinds.ts';
import { defaulted, optional, required, shape } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

const SESSION_STATE = shape(
  {
    /** Attributes that are passed to the bot and returned in `IntentResult`. */
    SessionAttributes: optional(mapOfTexts({ what: 'names and texts' })),
    /** How the bot begins. */
    DialogAction: optional(
      shape(
        {
          /** `ElicitIntent` asks what the caller wants; `Delegate` leaves it to the bot. */
          Type: required(oneOf('Delegate', 'ElicitIntent')),
        },
        'an object {Type}',
      ),
    ),
  },
  'an object {SessionAttributes, DialogAction}',
);

const WELCOME_MESSAGE = shape(
  {
    /** The text to speak. */
    Content: required(text({ what: 'a text' })),
    /** Whether `Content` is plain or SSML. */
    ContentType: required(oneOf('PlainText', 'SSML')),
  },
  'an object {Content, ContentType}',
);

/**
 * Hands the leg to an Amazon Lex V2 bot until the bot closes the conversation. The result is always reported.
 * DG: start-bot-conversation.
 */
export const startBotConversation = actionSchema({
  type: 'StartBotConversation',
  fields: {
    /** `arn:aws:lex:{region}:{account}:bot-alias/{botId}/{aliasId}`, in the Region of the application. */
    BotAliasArn: required(text({ what: 'the ARN of an alias of a bot', pattern: /^arn:[\w-]+:lex:/ })),
    /** Locale of the bot. Default `en_US`. */
    LocaleId: defaulted(text({ what: 'a locale of the bot such as en_US' }), 'en_US'),
    /** How the conversation begins; at most 10 KB as JSON. */
    Configuration: optional(
      shape(
        {
          SessionState: optional(SESSION_STATE),
          /** Messages that are spoken first; they require the DialogAction `ElicitIntent`. */
          WelcomeMessages: optional(listOf(WELCOME_MESSAGE, { what: 'messages' })),
        },
        'an object {SessionState, WelcomeMessages}',
      ),
    ),
  },
  rules({ Configuration }) {
    if (Configuration === undefined) return undefined;
    const path = ['Configuration'];
    const characters = JSON.stringify(Configuration).length;
    // UTF-8 needs at least one byte per character, so a text of more characters than that is certainly too
    // long.
    if (characters > MAX_BOT_CONFIGURATION_BYTES) {
      return { path, value: characters, allowed: `at most ${MAX_BOT_CONFIGURATION_BYTES} bytes of JSON` };
    }
    const elicits = Configuration.SessionState?.DialogAction?.Type === 'ElicitIntent';
    if (!Configuration.WelcomeMessages?.length || elicits) return undefined;
    const value = Configuration.SessionState?.DialogAction?.Type;
    const allowed = '"ElicitIntent" beside WelcomeMessages';
    return { path: [...path, 'SessionState', 'DialogAction', 'Type'], value, allowed };
  },
});

/** `Parameters` of StartBotConversation, as functions write them. */
export type StartBotConversationParameters = WrittenParameters<typeof startBotConversation>;
/** `Parameters` of StartBotConversation, as events echo them: defaults filled in. */
export type StartBotConversationEcho = EchoedParameters<typeof startBotConversation>;
