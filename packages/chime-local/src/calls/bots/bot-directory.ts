import type { FoundBot } from '#aws';
import type { Bot } from './bot.ts';
import { botOfDefinition } from './lex-definition.ts';

/** The bots that CloudFormation stacks have created. */
export interface MadeBots {
  find(botAliasArn: string): FoundBot | undefined;
  readonly arns: readonly string[];
}

/** The bots of this machine. A bot that a file describes takes precedence over a stack's bot with the same ARN. */
export class BotDirectory {
  readonly #described: () => readonly Bot[];
  readonly #made: MadeBots;

  constructor(described: () => readonly Bot[], made: MadeBots = { find: () => undefined, arns: [] }) {
    this.#described = described;
    this.#made = made;
  }

  find(botAliasArn: string): Bot | undefined {
    const described = this.#described().find((each) => each.botAliasArn === botAliasArn);
    if (described) return described;
    const made = this.#made.find(botAliasArn);
    return made && botOfDefinition(made);
  }

  /** Finds a bot by its bot id and alias id, whatever account and Region its ARN names. */
  findByIds(botId: string, aliasId: string): Bot | undefined {
    const arn = this.arns.find((each) => each.endsWith(`:bot-alias/${botId}/${aliasId}`));
    return arn === undefined ? undefined : this.find(arn);
  }

  get arns(): string[] {
    return [...new Set([...this.#described().map(({ botAliasArn }) => botAliasArn), ...this.#made.arns])];
  }
}
