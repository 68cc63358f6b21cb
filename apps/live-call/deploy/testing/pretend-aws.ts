import path from 'node:path';
import { command } from '../commands.ts';
import type { Command } from '../options.ts';
import type { Run } from '../programs.ts';
import { UserError } from '../user-error.ts';

/**
 * What `aws SERVICE OPERATION` or `cdk OPERATION` answers: JSON, text, or a failure. Several answers are
 * given in turn, the last one repeatedly.
 */
export type Said = { text: string } | { fails: string } | object;
export interface Script {
  /** By `REGION SERVICE OPERATION`, or without the Region for all Regions. */
  [call: string]: Said | Said[];
}

export interface Ended {
  code: number;
  text: string;
}

/** AWS and CDK command lines that answer according to a script and record what they were asked. */
export function pretendAws(script: Script) {
  const asked: string[][] = [];
  const counts = new Map<string, number>();
  const said = (key: string): Said | undefined => {
    const scripted = script[key];
    if (!Array.isArray(scripted)) return scripted;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return scripted[Math.min(count, scripted.length - 1)] as Said;
  };
  const run: Run = async (file, given) => {
    // A package's command is a file that Node.js runs.
    const [program = '', ...args] = file === process.execPath ? given : [file, ...given];
    asked.push([path.parse(program).name, ...args]);
    const at = args.indexOf('--region');
    const region = at < 0 ? '' : args[at + 1];
    const words = args.filter((word) => !word.startsWith('--')).slice(0, 2);
    const what = program === 'aws' ? words.join(' ') : `${path.parse(program).name} ${words[0]}`;
    const key = [`${region} ${what}`, what].find((one) => script[one] !== undefined);
    const answer =
      key === undefined ? (program === 'aws' ? { fails: `not scripted: ${what}` } : {}) : said(key);
    if (answer && 'fails' in answer) return { code: 254, stdout: '', stderr: `${answer.fails}\n` };
    const text = answer && 'text' in answer ? String(answer.text) : JSON.stringify(answer ?? {});
    return { code: 0, stdout: text, stderr: '' };
  };
  return {
    asked: () => asked,
    /** `typed`: the person's answers, in turn. */
    async run([name, ...args]: string[], env: NodeJS.ProcessEnv = {}, typed: string[] = []): Promise<Ended> {
      let text = '';
      const say = (line: string): void => {
        text += `${line}\n`;
      };
      const ask = async (question: string): Promise<string> => {
        say(question);
        const answer = typed.shift();
        if (answer === undefined) throw new UserError('Nobody can be asked here: give --yes.');
        return answer;
      };
      const io = { say, complain: say, ask };
      const code = await command(name as Command, args, { io, run, env, sleep: async () => undefined });
      return { code, text };
    },
  };
}
