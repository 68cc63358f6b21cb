import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, it, onTestFinished } from 'vitest';
import { recognizeText, signature } from './lex-endpoint.ts';

const ARN = 'arn:aws:lex:eu-west-1:111122223333:bot-alias/BOT/ALIAS';
const KEYS = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' };

/** Starts a server that gives the same answer to every request and keeps the requests. */
async function lexThat(status: number, answer: object) {
  const asked: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push({ request, body });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { session: { endpoint, botAliasArn: ARN, localeId: 'en_GB', sessionId: 'leg:1' }, asked };
}

it("RecognizeText's answer is converted to the spelling of SIP media applications", async () => {
  const value = { originalValue: 'a dozen', interpretedValue: '12', resolvedValues: ['12'] };
  const intent = {
    name: 'Order',
    state: 'Fulfilled',
    confirmationState: 'Confirmed',
    slots: { Count: { value }, Kind: null },
  };
  const sentimentResponse = { sentiment: 'POSITIVE', sentimentScore: { positive: 0.9, neutral: 0.1 } };
  const { session, asked } = await lexThat(200, {
    messages: [{ content: 'Done.', contentType: 'PlainText' }],
    sessionState: { sessionAttributes: { b: '2' }, dialogAction: { type: 'Close' }, intent },
    interpretations: [
      { intent, nluConfidence: { score: 0.8 }, sentimentResponse },
      { intent: { name: 'FallbackIntent' } },
    ],
  });
  const turn = await recognizeText(session, 'a dozen', { a: '1' }, KEYS);
  expect(asked[0]?.request.url).toBe('/bots/BOT/botAliases/ALIAS/botLocales/en_GB/sessions/leg%3A1/text');
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    text: 'a dozen',
    sessionState: { sessionAttributes: { a: '1' } },
  });
  expect(asked[0]?.request.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/lex\//,
  );
  const Count = {
    Value: { OriginalValue: 'a dozen', InterpretedValue: '12', ResolvedValues: ['12'] },
    Values: [],
  };
  const Intent = {
    Name: 'Order',
    State: 'Fulfilled',
    ConfirmationState: 'Confirmed',
    Slots: { Count, Kind: null },
  };
  const SentimentScore = { Positive: 0.9, Negative: 0, Neutral: 0.1, Mixed: 0 };
  expect(turn).toEqual({
    say: ['Done.'],
    attributes: { b: '2' },
    result: {
      SessionState: { SessionAttributes: { b: '2' }, Intent },
      Interpretations: [
        {
          Intent,
          NluConfidence: { Score: 0.8 },
          SentimentResponse: { Sentiment: 'POSITIVE', SentimentScore },
        },
        { Intent: { Name: 'FallbackIntent', Slots: {} } },
      ],
    },
  });
});

it('A conversation goes on until Lex closes it; an error is thrown', async () => {
  const open = await lexThat(200, {
    messages: [{ content: 'Which?' }],
    sessionState: { dialogAction: { type: 'ElicitSlot' } },
  });
  expect(await recognizeText(open.session, 'order', {}, undefined)).toEqual({
    say: ['Which?'],
    attributes: {},
  });
  expect(open.asked[0]?.request.headers.authorization).toBeUndefined();
  const closed = await lexThat(404, {});
  await expect(recognizeText(closed.session, 'order', {}, undefined)).rejects.toThrow('answered 404');
});

it("A request has the same signature as from the AWS SDK's signer", async () => {
  const url = new URL('https://runtime-v2-lex.eu-west-1.amazonaws.com/bots/B/sessions/leg%3A1/text');
  const now = new Date('2026-01-02T03:04:05Z');
  const signer = new SignatureV4({
    service: 'lex',
    region: 'eu-west-1',
    credentials: KEYS,
    sha256: Hash.bind(null, 'sha256'),
    applyChecksum: false,
  });
  const request = {
    method: 'POST',
    protocol: 'https:',
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/json' },
    body: '{}',
  };
  const { headers } = await signer.sign(request, { signingDate: now });
  const ours = signature({ url, body: '{}', region: 'eu-west-1', credentials: KEYS, now });
  expect(ours.authorization).toBe(headers.authorization);
});
