import type { IntentResult } from 'pstn-audio';
import type { Bot, BotLocale, Sentiment } from './bot.ts';
import type { Dialogue } from './dialogue.ts';

/** The documents that describe a conversation to functions and API clients. */

/** The intent that Lex V2 reports when nothing was understood. Lex V2 gives every bot one. */
const FALLBACK = 'FallbackIntent';

/** The caller's sentiment according to the words of the bot's file; undefined if the file lists none. */
export function sentimentOf(heard: string, words: BotLocale['sentiment']): Sentiment | undefined {
  if (words === undefined) return undefined;
  const said = ` ${heard
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')} `;
  const felt = new Set(
    Object.entries(words).flatMap(([word, each]) => (said.includes(` ${word.toLowerCase()} `) ? [each] : [])),
  );
  felt.delete('NEUTRAL');
  const [only] = felt;
  return felt.size > 1 ? 'MIXED' : (only ?? 'NEUTRAL');
}

/** The sentiment gets the whole score, because the words of the file leave no doubt. */
function scoreOf(sentiment: Sentiment, name: Sentiment): number {
  return sentiment === name ? 1 : 0;
}

/** The result in ACTION_SUCCESSFUL (pstn-audio 4.16): capitalised keys, no score for the fallback intent. */
export function intentResult(dialogue: Dialogue, sentiment?: Sentiment): Omit<IntentResult, 'SessionId'> {
  const { attributes, intent, state, confirmation, slots } = dialogue;
  const Slots = Object.fromEntries(
    (intent?.slots ?? []).map(({ name }) => [name, slotDocument(slots[name])]),
  );
  const Intent = { Name: intent?.name ?? FALLBACK, Slots, State: state, ConfirmationState: confirmation };
  return {
    SessionState: { SessionAttributes: { ...attributes }, Intent },
    Interpretations: [
      {
        Intent,
        ...(intent ? { NluConfidence: { Score: 1 } } : {}),
        ...(sentiment ? { SentimentResponse: sentimentDocument(sentiment) } : {}),
      },
    ],
  };
}

/** Lex V2 API, SentimentResponse. */
function sentimentDocument(Sentiment: Sentiment) {
  const SentimentScore = {
    Positive: scoreOf(Sentiment, 'POSITIVE'),
    Negative: scoreOf(Sentiment, 'NEGATIVE'),
    Neutral: scoreOf(Sentiment, 'NEUTRAL'),
    Mixed: scoreOf(Sentiment, 'MIXED'),
  };
  return { Sentiment, SentimentScore };
}

/**
 * The sentiment with the lower-case keys of the API and of code hooks. Lex V2 developer guide, "Lambda input
 * event".
 */
function hookSentiment(sentiment: Sentiment) {
  const { SentimentScore } = sentimentDocument(sentiment);
  const { Positive: positive, Negative: negative, Neutral: neutral, Mixed: mixed } = SentimentScore;
  return { sentiment, sentimentScore: { positive, negative, neutral, mixed } };
}

function slotDocument(value: string | undefined): unknown {
  if (value === undefined) return null;
  return {
    Value: { OriginalValue: value, InterpretedValue: value, ResolvedValues: [value] },
    Values: [],
  };
}

/** An intent with the lower-case keys of the API and of code hooks. Lex V2 API, Intent. */
function describedIntent({ intent, state, confirmation, slots }: Dialogue) {
  const values = (intent?.slots ?? []).map(({ name }) => {
    const value = slots[name];
    const told =
      value === undefined
        ? null
        : {
            shape: 'Scalar',
            value: { originalValue: value, interpretedValue: value, resolvedValues: [value] },
          };
    return [name, told] as const;
  });
  return {
    name: intent?.name ?? FALLBACK,
    slots: Object.fromEntries(values),
    state,
    confirmationState: confirmation,
  };
}

/** The Lex V2 runtime's description of a session. API reference, RecognizeText. */
export function sessionDocument(dialogue: Dialogue, closed: boolean, sentiment?: Sentiment) {
  const intent = describedIntent(dialogue);
  const { awaits } = dialogue;
  return {
    sessionState: {
      dialogAction: actionOf(awaits, closed),
      ...(dialogue.intent || closed ? { intent } : {}),
      sessionAttributes: { ...dialogue.attributes },
    },
    interpretations: [
      {
        intent,
        ...(dialogue.intent ? { nluConfidence: { score: 1 } } : {}),
        ...(sentiment ? { sentimentResponse: hookSentiment(sentiment) } : {}),
      },
    ],
  };
}

function actionOf(awaits: Dialogue['awaits'], closed: boolean): { type: string; slotToElicit?: string } {
  if (closed) return { type: 'Close' };
  if (typeof awaits === 'object') return { type: 'ElicitSlot', slotToElicit: awaits.slot };
  return { type: awaits === 'intent' ? 'ElicitIntent' : 'ConfirmIntent' };
}

/** The input event of a code hook function. Lex V2 developer guide, "Lambda input event". */
export function hookEvent(
  bot: Bot,
  localeId: string,
  sessionId: string,
  {
    hook,
    inputMode,
    sentiment,
  }: { hook: string; inputMode: 'DTMF' | 'Text' | 'Speech'; sentiment?: Sentiment | undefined },
  dialogue: Dialogue,
): Record<string, unknown> {
  const [botId, aliasId] = bot.botAliasArn.split('/').slice(-2);
  const { attributes, intent, heard } = dialogue;
  const described = describedIntent(dialogue);
  return {
    messageVersion: '1.0',
    invocationSource: hook,
    inputMode,
    responseContentType: 'text/plain; charset=utf-8',
    sessionId,
    inputTranscript: heard,
    bot: { id: botId, name: bot.name ?? botId, aliasId, aliasName: aliasId, localeId, version: '1' },
    interpretations: [
      {
        intent: described,
        ...(intent ? { nluConfidence: 1 } : {}),
        ...(sentiment ? { sentimentResponse: hookSentiment(sentiment) } : {}),
      },
    ],
    sessionState: { sessionAttributes: { ...attributes }, intent: described },
    transcriptions: [{ transcription: heard, transcriptionConfidence: 1 }],
  };
}
