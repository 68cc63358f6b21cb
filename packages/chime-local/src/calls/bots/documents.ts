import type { IntentResult } from 'pstn-audio';
import type { Bot } from './bot.ts';
import type { Dialogue } from './dialogue.ts';

/** What a conversation looks like to those who are told of it. */

/** The intent that stands for "nothing was understood". Lex V2 gives every bot one. */
const FALLBACK = 'FallbackIntent';

/** In ACTION_SUCCESSFUL (pstn-audio 4.16): capital letters, no score for the fallback intent. */
export function intentResult(dialogue: Dialogue): Omit<IntentResult, 'SessionId'> {
  const { attributes, intent, state, confirmation, slots } = dialogue;
  const Slots = Object.fromEntries(
    (intent?.slots ?? []).map(({ name }) => [name, slotDocument(slots[name])]),
  );
  const Intent = { Name: intent?.name ?? FALLBACK, Slots, State: state, ConfirmationState: confirmation };
  return {
    SessionState: { SessionAttributes: { ...attributes }, Intent },
    Interpretations: [{ Intent, ...(intent ? { NluConfidence: { Score: 1 } } : {}) }],
  };
}

function slotDocument(value: string | undefined): unknown {
  if (value === undefined) return null;
  return {
    Value: { OriginalValue: value, InterpretedValue: value, ResolvedValues: [value] },
    Values: [],
  };
}

/** What a code hook is given. Lex V2 developer guide, "Lambda input event". */
export function hookEvent(
  bot: Bot,
  localeId: string,
  sessionId: string,
  { hook, inputMode }: { hook: string; inputMode: 'DTMF' | 'Text' },
  { attributes, intent, state, confirmation, slots, heard }: Dialogue,
): Record<string, unknown> {
  const [botId, aliasId] = bot.botAliasArn.split('/').slice(-2);
  const slotsOf = Object.fromEntries(
    (intent?.slots ?? []).map(({ name }) => {
      const value = slots[name];
      const told = value && {
        shape: 'Scalar',
        value: { originalValue: value, interpretedValue: value, resolvedValues: [value] },
      };
      return [name, told ?? null];
    }),
  );
  const described = {
    name: intent?.name ?? FALLBACK,
    slots: slotsOf,
    state,
    confirmationState: confirmation,
  };
  return {
    messageVersion: '1.0',
    invocationSource: hook,
    inputMode,
    responseContentType: 'text/plain; charset=utf-8',
    sessionId,
    inputTranscript: heard,
    bot: { id: botId, name: botId, aliasId, aliasName: aliasId, localeId, version: '1' },
    interpretations: [{ intent: described, ...(intent ? { nluConfidence: 1 } : {}) }],
    sessionState: { sessionAttributes: { ...attributes }, intent: described },
    transcriptions: [{ transcription: heard, transcriptionConfidence: 1 }],
  };
}
