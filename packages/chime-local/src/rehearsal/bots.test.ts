import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as sdk from '@aws-sdk/client-lex-runtime-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRehearsal } from './rehearsal.ts';
import type { Rehearsal } from './types.ts';

/** A function that answers for the intent, or for what was not understood. */
const HOOK = `
exports.handler = async ({ sessionState: { intent, sessionAttributes }, bot, inputTranscript }) => ({
  sessionState: { dialogAction: { type: 'Close' }, intent: { ...intent, state: 'Fulfilled' },
    sessionAttributes: { ...sessionAttributes, asked: bot.name } },
  messages: [{ contentType: 'PlainText', content: intent.name + ' ' + (intent.slots.Kind?.value.interpretedValue ?? inputTranscript) }],
});`;

const said = (Value: string) => ({ MessageGroupsList: [{ Message: { PlainTextMessage: { Value } } }] });
const LOCALE = {
  LocaleId: 'en_US',
  NluConfidenceThreshold: 0.4,
  VoiceSettings: { VoiceId: 'Matthew' },
  SlotTypes: [
    {
      Name: 'FlowerKind',
      SlotTypeValues: [{ SampleValue: { Value: 'roses' }, Synonyms: [{ Value: 'rose' }] }],
    },
  ],
  Intents: [
    {
      Name: 'Order',
      SampleUtterances: [{ Utterance: 'I want flowers' }, { Utterance: '{Count} {Kind}' }],
      FulfillmentCodeHook: { Enabled: true },
      SlotPriorities: [
        { SlotName: 'Kind', Priority: 1 },
        { SlotName: 'Count', Priority: 2 },
      ],
      Slots: [
        {
          Name: 'Count',
          SlotTypeName: 'AMAZON.Number',
          ValueElicitationSetting: { SlotConstraint: 'Optional' },
        },
        {
          Name: 'Kind',
          SlotTypeName: 'FlowerKind',
          ValueElicitationSetting: {
            SlotConstraint: 'Required',
            PromptSpecification: { MaxRetries: 1, ...said('Which flowers?') },
          },
        },
      ],
    },
    { Name: 'Other', ParentIntentSignature: 'AMAZON.FallbackIntent', FulfillmentCodeHook: { Enabled: true } },
  ],
};
const hookedLocale = {
  LocaleId: 'en_US',
  BotAliasLocaleSetting: {
    Enabled: true,
    CodeHookSpecification: {
      LambdaCodeHook: { CodeHookInterfaceVersion: '1.0', LambdaArn: { 'Fn::GetAtt': ['Hook', 'Arn'] } },
    },
  },
};

const TEMPLATE = {
  Resources: {
    Hook: {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'nodejs20.x', Handler: 'index.handler', Code: { ZipFile: HOOK }, Role: 'r' },
    },
    Bot: { Type: 'AWS::Lex::Bot', Properties: { Name: 'Flowers', BotLocales: [LOCALE] } },
    Version: { Type: 'AWS::Lex::BotVersion', Properties: { BotId: { Ref: 'Bot' } } },
    Alias: {
      Type: 'AWS::Lex::BotAlias',
      Properties: {
        BotId: { Ref: 'Bot' },
        BotVersion: { 'Fn::GetAtt': ['Version', 'BotVersion'] },
        BotAliasName: 'live',
        BotAliasLocaleSettings: [hookedLocale],
      },
    },
    Told: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: 'alias', Type: 'String', Value: { 'Fn::GetAtt': ['Alias', 'Arn'] } },
    },
  },
};

let folder = '';
let rehearsal: Rehearsal;
let lex: sdk.LexRuntimeV2;
let to: { botId: string; botAliasId: string; localeId: string };

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'bots-'));
  const template = path.join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(TEMPLATE));
  rehearsal = await startRehearsal({ template });
  const { endpoint, region, credentials } = rehearsal.aws;
  lex = new sdk.LexRuntimeV2({ endpoint, region, credentials, maxAttempts: 1 });
  const { SSM } = await import('@aws-sdk/client-ssm');
  const ssm = new SSM({ endpoint, region, credentials });
  const arn = (await ssm.getParameter({ Name: 'alias' })).Parameter?.Value ?? '';
  ssm.destroy();
  const [, botId = '', botAliasId = ''] = arn.split('/');
  to = { botId, botAliasId, localeId: 'en_US' };
});

afterAll(async () => {
  lex.destroy();
  await rehearsal.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a template's bot, by the Lex V2 runtime", () => {
  it('A template’s bot asks for a slot, and its function fulfils intents', async () => {
    const first = await lex.recognizeText({ ...to, sessionId: 'a', text: 'I want flowers' });
    expect(first.messages).toEqual([{ content: 'Which flowers?', contentType: 'PlainText' }]);
    expect(first.sessionState).toMatchObject({
      dialogAction: { type: 'ElicitSlot', slotToElicit: 'Kind' },
      intent: { name: 'Order', slots: { Kind: null, Count: null } },
    });
    const second = await lex.recognizeText({
      ...to,
      sessionId: 'a',
      text: 'rose',
      sessionState: { sessionAttributes: { who: 'Ann' } },
    });
    expect(second.messages?.[0]?.content).toBe('Order roses');
    expect(second.sessionState).toMatchObject({
      dialogAction: { type: 'Close' },
      intent: { state: 'Fulfilled' },
      sessionAttributes: { who: 'Ann', asked: 'Flowers' },
    });
  });

  it('A key selects an intent or a value by its position', async () => {
    await lex.recognizeText({ ...to, sessionId: 'k', text: '1' });
    const { messages } = await lex.recognizeText({ ...to, sessionId: 'k', text: '1' });
    expect(messages?.[0]?.content).toBe('Order roses');
  });

  it('A template’s fallback intent invokes its function, too', async () => {
    const { messages } = await lex.recognizeText({ ...to, sessionId: 'b', text: 'nonsense' });
    expect(messages?.[0]?.content).toBe('FallbackIntent nonsense');
  });

  it('A session can be put, read and deleted', async () => {
    const elicit = { type: 'ElicitSlot', slotToElicit: 'Kind' } as const;
    const intent = { name: 'Order', state: 'InProgress' } as const;
    await lex.putSession({ ...to, sessionId: 'c', sessionState: { dialogAction: elicit, intent } });
    const { sessionState } = await lex.getSession({ ...to, sessionId: 'c' });
    expect(sessionState?.dialogAction).toEqual(elicit);
    const { messages } = await lex.recognizeText({ ...to, sessionId: 'c', text: 'roses' });
    expect(messages?.[0]?.content).toBe('Order roses');
    await lex.deleteSession({ ...to, sessionId: 'c' });
    await expect(lex.getSession({ ...to, sessionId: 'c' })).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  it('An utterance is answered with sound and compressed documents', async () => {
    const answer = await lex.recognizeUtterance({
      ...to,
      sessionId: 'd',
      requestContentType: 'text/plain; charset=utf-8',
      responseContentType: 'audio/pcm',
      inputStream: Buffer.from('I want flowers'),
    });
    const messages = JSON.parse(gunzipSync(Buffer.from(answer.messages ?? '', 'base64')).toString());
    expect(messages).toEqual([{ content: 'Which flowers?', contentType: 'PlainText' }]);
    const sound = await answer.audioStream?.transformToByteArray();
    // More than half a second of sound at 16 kHz.
    expect(sound?.length).toBeGreaterThan(16_000);
  });

  it('A missing bot is an error; sound without recognition gives no text', async () => {
    const text = lex.recognizeText({ ...to, botId: 'NOSUCHBOT1', sessionId: 'e', text: 'a' });
    await expect(text).rejects.toThrow(/no bot alias NOSUCHBOT1/);
    const answer = await lex.recognizeUtterance({
      ...to,
      sessionId: 'f',
      requestContentType: 'audio/l16; rate=16000; channels=1',
      responseContentType: 'text/plain',
      inputStream: Buffer.alloc(3200),
    });
    const heard = gunzipSync(Buffer.from(answer.inputTranscript ?? '', 'base64')).toString();
    expect(heard).toBe('""');
  });
});
