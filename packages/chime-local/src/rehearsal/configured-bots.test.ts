import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LexRuntimeV2 } from '@aws-sdk/client-lex-runtime-v2';
import { expect, it, onTestFinished } from 'vitest';
import { startRehearsal } from './rehearsal.ts';

const BOT = {
  botAliasArn: 'arn:aws:lex:us-east-1:111122223333:bot-alias/FLOWERS/LIVE',
  locales: { en_US: { intents: [{ name: 'Order', utterances: ['order'], closing: 'Ordered.' }] } },
};

function write(bots: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'configured-bots-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'bots.json'), bots);
  writeFileSync(path.join(folder, 'handler.js'), 'exports.handler = async () => ({});');
  const config = {
    functions: { f: { source: './handler.js' } },
    sipMediaApplications: { main: { function: 'f' } },
    bots: ['bots.json'],
  };
  const file = path.join(folder, 'chime-local.config.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

it('A configuration brings the bots of a file', async () => {
  const rehearsal = await startRehearsal({ config: write(JSON.stringify(BOT)) });
  const lex = new LexRuntimeV2({ ...rehearsal.aws, maxAttempts: 1 });
  onTestFinished(async () => {
    lex.destroy();
    await rehearsal.close();
  });
  const session = { botId: 'FLOWERS', botAliasId: 'LIVE', localeId: 'en_US', sessionId: 'a' };
  const { messages } = await lex.recognizeText({ ...session, text: 'order' });
  expect(messages?.[0]?.content).toBe('Ordered.');
});

it('A configuration with a file that has no bot does not start', async () => {
  await expect(startRehearsal({ config: write('{}') })).rejects.toThrow(
    /bots\.json cannot be used: .*botAliasArn/,
  );
});
