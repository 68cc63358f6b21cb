/**
 * Converts a CloudFormation bot (`AWS::Lex::Bot`) into a bot of this machine. CloudFormation user guide,
 * "Amazon Lex".
 */

import type { FoundBot } from '#aws';
import { isObject } from '#platform';
import type { Bot, BotIntent, BotLocale, BotSlot } from './bot.ts';

type Properties = Record<string, unknown>;
const objectOf = (value: unknown): Properties => (isObject(value) ? value : {});
const listOf = (value: unknown): Properties[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
const isTrue = (value: unknown): boolean => String(value) === 'true';

/** Lex gives every locale this intent. Its closing response is said when nothing was understood. */
const FALLBACK = 'AMAZON.FallbackIntent';
/** Utterances for the built-in intents of Lex, as far as they are recognised here. */
const BUILT_IN: Readonly<Record<string, string[]>> = {
  'AMAZON.CancelIntent': ['cancel', 'never mind', 'forget it'],
  'AMAZON.HelpIntent': ['help', 'help me', 'what can you do'],
  'AMAZON.RepeatIntent': ['repeat', 'say that again', 'repeat that'],
  'AMAZON.StopIntent': ['stop', 'off', 'shut up'],
};

/**
 * The key for the first, second, … intent or value. A template's bot has no recogniser here, so callers press
 * keys.
 */
const keyOf = (index: number): string => String(index + 1);

/** Lists the keys of a bot's intents and slot values for a human reader. */
export function keysOf({ intents, slotTypes = {} }: BotLocale): string {
  const ofIntents = intents.map(({ name }, index) => `${keyOf(index)} ${name}`).join(', ');
  const ofTypes = Object.entries(slotTypes).map(
    ([type, values]) =>
      `${type}: ${Object.keys(values)
        .map((value, index) => `${keyOf(index)} ${value}`)
        .join(', ')}`,
  );
  return [ofIntents, ...ofTypes].join('; ');
}

export function botOfDefinition({ botAliasArn, name, definition, codeHooks }: FoundBot): Bot {
  const locales = listOf(definition.BotLocales).map((locale) => {
    const id = textOf(locale.LocaleId);
    return [id, localeOf(locale, codeHooks[id])] as const;
  });
  const [voiceId] = listOf(definition.BotLocales).flatMap(({ VoiceSettings }) => {
    const voice = textOf(objectOf(VoiceSettings).VoiceId);
    return voice === '' ? [] : [voice];
  });
  return {
    botAliasArn,
    name,
    keyed: true,
    ...(voiceId ? { voiceId } : {}),
    locales: Object.fromEntries(locales),
  };
}

function localeOf({ Intents, SlotTypes }: Properties, codeHook: string | undefined): BotLocale {
  const intents = listOf(Intents);
  const isFallback = ({ ParentIntentSignature }: Properties): boolean => ParentIntentSignature === FALLBACK;
  const fallback = intents.find(isFallback);
  const said = fallback && messageOf(objectOf(fallback.IntentClosingSetting).ClosingResponse);
  const types = listOf(SlotTypes);
  const asked = intents.filter((intent) => !isFallback(intent)).map((intent) => intentOf(intent, types));
  return {
    intents: asked.map((intent, index) => ({ ...intent, utterances: [...intent.utterances, keyOf(index)] })),
    slotTypes: Object.fromEntries(types.map((type) => [textOf(type.Name), valuesOf(type)])),
    ...(said ? { fallback: said } : {}),
    ...(codeHook ? { codeHook } : {}),
    ...(fallback && codeHook && isTrue(objectOf(fallback.FulfillmentCodeHook).Enabled)
      ? { fallbackCodeHook: true }
      : {}),
  };
}

/** A slot type's values, each with its synonyms and its key. */
function valuesOf({ SlotTypeValues }: Properties): Record<string, string[]> {
  return Object.fromEntries(
    listOf(SlotTypeValues).map(({ SampleValue, Synonyms }, index) => [
      textOf(objectOf(SampleValue).Value),
      [...listOf(Synonyms).map(({ Value }) => textOf(Value)), keyOf(index)],
    ]),
  );
}

function intentOf(intent: Properties, types: readonly Properties[]): BotIntent {
  const slots = slotsOf(intent, types);
  const confirmation = messageOf(objectOf(intent.IntentConfirmationSetting).PromptSpecification);
  const closing =
    messageOf(objectOf(intent.IntentClosingSetting).ClosingResponse) ??
    messageOf(
      objectOf(objectOf(intent.FulfillmentCodeHook).PostFulfillmentStatusSpecification).SuccessResponse,
    );
  return {
    name: textOf(intent.Name),
    utterances: [
      ...listOf(intent.SampleUtterances).map(({ Utterance }) => textOf(Utterance)),
      ...(BUILT_IN[textOf(intent.ParentIntentSignature)] ?? []),
    ],
    ...(slots.length > 0 ? { slots } : {}),
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(closing === undefined ? {} : { closing }),
    ...(isTrue(objectOf(intent.DialogCodeHook).Enabled) ? { dialogCodeHook: true } : {}),
    ...(isTrue(objectOf(intent.FulfillmentCodeHook).Enabled) ? { fulfillmentCodeHook: true } : {}),
  };
}

/** The slots, in the order of their priorities. */
function slotsOf({ Slots, SlotPriorities }: Properties, types: readonly Properties[]): BotSlot[] {
  const priority = new Map(
    listOf(SlotPriorities).map(({ SlotName, Priority }) => [textOf(SlotName), Number(Priority)] as const),
  );
  const place = (slot: Properties): number => priority.get(textOf(slot.Name)) ?? Number.MAX_SAFE_INTEGER;
  return listOf(Slots)
    .sort((one, other) => place(one) - place(other))
    .map((slot) => slotOf(slot, types));
}

function slotOf(slot: Properties, types: readonly Properties[]): BotSlot {
  const setting = objectOf(slot.ValueElicitationSetting);
  const specification = objectOf(setting.PromptSpecification);
  const retries = specification.MaxRetries;
  const own = types.find(({ Name }) => Name === slot.SlotTypeName);
  const parent = textOf(own?.ParentSlotTypeSignature);
  return {
    name: textOf(slot.Name),
    // A type without values of its own that narrows a built-in type takes whatever the built-in type takes.
    type: parent === '' || listOf(own?.SlotTypeValues).length > 0 ? textOf(slot.SlotTypeName) : parent,
    prompt: messageOf(specification) ?? '',
    ...(textOf(setting.SlotConstraint) === 'Optional' ? { optional: true } : {}),
    ...(retries === undefined ? {} : { attempts: Number(retries) + 1 }),
  };
}

/** Joins the first message of each group. Lex chooses a variation at random. */
function messageOf(specification: unknown): string | undefined {
  const { MessageGroupsList } = objectOf(specification);
  const texts = listOf(MessageGroupsList).flatMap(({ Message }) => {
    const { PlainTextMessage, SSMLMessage, CustomPayload } = objectOf(Message);
    const text = textOf(objectOf(PlainTextMessage ?? SSMLMessage ?? CustomPayload).Value);
    return text === '' ? [] : [text];
  });
  return texts.length > 0 ? texts.join(' ') : undefined;
}
