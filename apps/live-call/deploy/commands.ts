/** The commands behind ./deploy.sh, ./destroy.sh and ./status.sh. */
import { deploy } from './deploy.ts';
import { destroy } from './destroy.ts';
import { type Command, HELP, type Options, readOptions } from './options.ts';
import { status } from './status.ts';
import type { World } from './terminal.ts';
import { UserError } from './user-error.ts';

const COMMANDS: Record<Command, (options: Options, world: World) => Promise<void>> = {
  deploy,
  destroy,
  status,
};

/** Runs a command; resolves with its exit code. */
export async function command(name: Command, args: string[], world: World): Promise<number> {
  try {
    const options = readOptions(name, args);
    if (options.help) world.io.say(HELP[name].trimEnd());
    else await COMMANDS[name](options, world);
    return 0;
  } catch (error) {
    const text = error instanceof UserError ? error.message : String((error as Error).stack);
    world.io.complain(`${name}: ${text}`);
    return 1;
  }
}
