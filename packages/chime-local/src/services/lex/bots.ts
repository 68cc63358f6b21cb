/** Bots created by stacks, described as in CloudFormation, and the aliases that refer to them. */

/** The properties of `AWS::Lex::Bot` as in a template. */
export type BotDefinition = Readonly<Record<string, unknown>>;

export interface AliasSettings {
  botId: string;
  /** The ARN of the function that handles the code hooks of intents, by locale id. */
  codeHooks: Readonly<Record<string, string>>;
}

/** An alias together with its bot. */
export interface FoundBot {
  botAliasArn: string;
  name: string;
  definition: BotDefinition;
  codeHooks: AliasSettings['codeHooks'];
}

/** The alias that every bot has. Lex V2 developer guide, "Testing a bot". */
export const TEST_ALIAS = 'TSTALIASID';

export class LexBots {
  readonly #bots = new Map<string, BotDefinition>();
  readonly #aliases = new Map<string, AliasSettings>();

  setBot(botId: string, definition: BotDefinition): void {
    this.#bots.set(botId, definition);
  }

  removeBot(botId: string): void {
    this.#bots.delete(botId);
  }

  setAlias(arn: string, settings: AliasSettings): void {
    this.#aliases.set(arn, settings);
  }

  removeAlias(arn: string): void {
    this.#aliases.delete(arn);
  }

  find(botAliasArn: string): FoundBot | undefined {
    const alias = this.#aliases.get(botAliasArn);
    const definition = alias && this.#bots.get(alias.botId);
    if (!definition) return undefined;
    return { botAliasArn, name: String(definition.Name), definition, codeHooks: alias.codeHooks };
  }

  get arns(): string[] {
    return [...this.#aliases.keys()];
  }
}
