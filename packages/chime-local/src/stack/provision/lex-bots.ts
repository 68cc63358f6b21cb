/**
 * Bots of Amazon Lex V2, their versions and aliases. docs/bots.md tells how callers' utterances are
 * understood.
 */
import { TEST_ALIAS } from '#aws';
import type { ResourceProvider } from '#cloudformation';
import { isObject } from '#platform';
import { recordOf } from '#template';
import { type ProviderServices, textOf } from './services.ts';

type Properties = Record<string, unknown>;

/** Characters in the ids of bots and aliases. Lex V2 API reference. */
const ID_LENGTH = 10;

const listOf = (value: unknown): Properties[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The Lambda functions of an alias's locales. */
function codeHooksOf(settings: unknown): Record<string, string> {
  const found = listOf(settings).flatMap(({ LocaleId, BotAliasLocaleSetting }) => {
    const { CodeHookSpecification } = recordOf(BotAliasLocaleSetting);
    const arn = textOf(recordOf(recordOf(CodeHookSpecification).LambdaCodeHook).LambdaArn);
    return arn ? [[textOf(LocaleId), arn] as const] : [];
  });
  return Object.fromEntries(found);
}

/** A version is only a number; every alias leads to the bot's current state. */
const version: ResourceProvider = {
  types: ['AWS::Lex::BotVersion'],
  replacedBy: 'all',
  async create({ properties }) {
    const BotVersion = '1';
    return { physicalId: `${textOf(properties.BotId)}|${BotVersion}`, attributes: { BotVersion } };
  },
};

export function lexBotProviders(services: ProviderServices): ResourceProvider[] {
  const { home, lexBots, ids, log } = services;
  const arnOf = (kind: string, id: string): string =>
    `arn:aws:lex:${home.region}:${home.accountId}:${kind}/${id}`;
  const newId = (): string => ids.hex(ID_LENGTH / 2).toUpperCase();

  const putBot = (id: string, logicalId: string, properties: Properties) => {
    if (properties.BotFileS3Location !== undefined) {
      log.warn(
        `${logicalId} (AWS::Lex::Bot): BotFileS3Location is not read; describe the bot with --bot FILE.`,
      );
    }
    lexBots.setBot(id, properties);
    const { BotAliasLocaleSettings } = recordOf(properties.TestBotAliasSettings);
    const codeHooks = codeHooksOf(BotAliasLocaleSettings);
    lexBots.setAlias(arnOf('bot-alias', `${id}/${TEST_ALIAS}`), { botId: id, codeHooks });
    return { physicalId: id, attributes: { Id: id, Arn: arnOf('bot', id) } };
  };
  const bot: ResourceProvider = {
    types: ['AWS::Lex::Bot'],
    replacedBy: [],
    create: async ({ logicalId, properties }) => putBot(newId(), logicalId, properties),
    update: async ({ logicalId, properties }, { physicalId }) => putBot(physicalId, logicalId, properties),
    restore: async ({ physicalId, logicalId, properties }) => putBot(physicalId, logicalId, properties),
    async delete({ physicalId }) {
      lexBots.removeAlias(arnOf('bot-alias', `${physicalId}/${TEST_ALIAS}`));
      lexBots.removeBot(physicalId);
    },
  };

  const putAlias = (id: string, { BotId, BotAliasLocaleSettings }: Properties) => {
    const botId = textOf(BotId);
    const arn = arnOf('bot-alias', `${botId}/${id}`);
    lexBots.setAlias(arn, { botId, codeHooks: codeHooksOf(BotAliasLocaleSettings) });
    return {
      physicalId: `${id}|${botId}`,
      attributes: { Arn: arn, BotAliasId: id, BotAliasStatus: 'Available' },
    };
  };
  const idOf = (physicalId: string): string => physicalId.split('|')[0] ?? physicalId;
  const alias: ResourceProvider = {
    types: ['AWS::Lex::BotAlias'],
    replacedBy: ['BotId'],
    create: async ({ properties }) => putAlias(newId(), properties),
    update: async ({ properties }, { physicalId }) => putAlias(idOf(physicalId), properties),
    restore: async ({ physicalId, properties }) => putAlias(idOf(physicalId), properties),
    delete: async ({ physicalId, properties }) =>
      lexBots.removeAlias(arnOf('bot-alias', `${textOf(properties.BotId)}/${idOf(physicalId)}`)),
  };

  return [bot, alias, version];
}
