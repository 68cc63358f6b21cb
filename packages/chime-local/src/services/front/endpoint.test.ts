import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';
import { ChimeSDKMeetings } from '@aws-sdk/client-chime-sdk-meetings';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsRequest, AwsService } from '../ports.ts';
import { createSts } from '../sts/sts.ts';
import { ACCOUNT, OPERATOR, REGION, ROLE, startFront } from '../testing/endpoint.ts';
import { AwsPort } from './aws-port.ts';
import type { AwsEndpoint } from './endpoint.ts';
import { MAX_BUFFERED_BODY_BYTES, MAX_CONNECTIONS } from './limits.ts';
import { type Keys, sdkSigner } from './testing/signer.ts';

/** A service that answers each request with the request's content. */
function echo(signingNames: string[], seen: AwsRequest[]): AwsService {
  return {
    signingNames,
    async handle(request) {
      seen.push(request);
      if (request.rawPath === '/broken') throw new Error('a fault of ours');
      const chunks: Buffer[] = [];
      for await (const chunk of request.incoming) chunks.push(chunk as Buffer);
      request.response.writeHead(200, { 'content-type': 'application/json' });
      request.response.end(JSON.stringify({ body: Buffer.concat(chunks).toString('latin1') }));
    },
  };
}

const NO_ROLES = createSts({
  iam: { roleByArn: () => undefined },
  issue: {
    assume: () => {
      throw new Error('There are no roles.');
    },
  },
});

it('The port answers 503 until the APIs are ready', async () => {
  const port = await AwsPort.open({ address: '127.0.0.1', port: 0 });
  const { status, headers } = await fetch(port.endpoint);
  await port.close();
  expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });
});

describe('the AWS endpoint', () => {
  let front: AwsEndpoint;
  let seen: AwsRequest[];
  beforeEach(async () => {
    seen = [];
    front = await startFront([echo(['chime', 'dynamodb', 's3'], seen), NO_ROLES]);
  });
  afterEach(() => front.close());

  /** Signs a request with the SDK's signer and sends it unchanged. */
  async function send(service: string, path: string, options: Partial<SendOptions> = {}): Promise<Answer> {
    const { keys = OPERATOR, body = '', method = 'POST', headers = {}, checksum = true } = options;
    const host = options.host ?? `127.0.0.1:${front.port}`;
    const signer = sdkSigner(service, keys);
    if (!checksum) Object.assign(signer, { applyChecksum: false });
    const signed = (await signer.sign({
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query: {},
      headers: { host, 'content-length': String(Buffer.byteLength(body)), ...headers },
      body,
    })) as { headers: Record<string, string> };
    return exchange(front.port, method, path, signed.headers, options.sendInstead ?? body);
  }

  it.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
  ])('A service called %s is refused like any unknown service', async (service) => {
    const answer = await send(service, '/meetings');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('is not served here');
  });

  it('A service gets the caller, the operation, the path and the body', async () => {
    const answer = await send('chime', '/meetings/a%2Bb', { keys: ROLE, body: '{"a":1}' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ body: '{"a":1}' });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      rawPath: '/meetings/a%2Bb',
      rawQuery: '',
      service: 'chime',
      region: REGION,
      caller: { accessKeyId: ROLE.accessKeyId, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sma/sma-handler` },
    });
    expect(seen[0]!.body!.toString()).toBe('{"a":1}');
    expect(seen[0]!.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('The body is hashed here if boto3 sends no hash', async () => {
    expect((await send('chime', '/x', { body: 'abc', checksum: false })).status).toBe(200);
    const tampered = await send('chime', '/x', { body: 'abc', sendInstead: 'abd', checksum: false });
    expect(tampered.status).toBe(403);
    expect(seen).toHaveLength(1);
  });

  it('A body other than the signed one is refused', async () => {
    const answer = await send('chime', '/x', { body: 'abc', sendInstead: 'abd' });
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, 'InvalidSignatureException']);
    expect(seen).toEqual([]);
  });

  it('A refusal has the format of each protocol', async () => {
    const keys = { ...OPERATOR, secretAccessKey: 'wrong' };
    const chime = await send('chime', '/meetings', { keys });
    expect([chime.status, chime.headers['x-amzn-errortype']]).toEqual([403, 'InvalidSignatureException']);
    expect(JSON.parse(chime.text)).toMatchObject({ Code: 'InvalidSignature' });
    const dynamodb = await send('dynamodb', '/', { keys });
    expect([dynamodb.status, dynamodb.headers['content-type']]).toEqual([400, 'application/x-amz-json-1.0']);
    expect(JSON.parse(dynamodb.text).__type).toBe('com.amazon.coral.service#InvalidSignatureException');
    const s3 = await send('s3', '/bucket/key', { keys });
    expect([s3.status, s3.headers['content-type']]).toEqual([403, 'application/xml']);
    expect(s3.text).toContain('<Code>SignatureDoesNotMatch</Code>');
    const sts = await send('sts', '/', { keys, body: 'Action=GetCallerIdentity&Version=2011-06-15' });
    expect([sts.status, sts.headers['content-type']]).toEqual([403, 'text/xml']);
    expect(sts.text).toContain('<Code>SignatureDoesNotMatch</Code>');
    expect(seen).toEqual([]);
  });

  it('Unsigned requests are refused in a format that the client understands', async () => {
    const bare = async (path: string, headers: Record<string, string> = {}) =>
      exchange(front.port, 'GET', path, { host: '127.0.0.1', ...headers }, '');
    const json = await bare('/sip-rules');
    expect([json.status, json.headers['x-amzn-errortype']]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
    expect((await bare('/bucket/key')).text).toContain('<Code>AccessDenied</Code>');
    const target = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    expect((await bare('/', target)).text).toContain('#MissingAuthenticationTokenException');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await bare('/', form)).text).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('SDKs get refusals under their own error names', async () => {
    const nobody = { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'x' };
    const config = { endpoint: front.endpoint, region: REGION, credentials: nobody, maxAttempts: 1 };
    const meetings = new ChimeSDKMeetings(config);
    const dynamodb = new DynamoDB(config);
    const s3 = new S3(config);
    const meetingId = '00000000-0000-0000-0000-000000000000';
    await expect(meetings.getMeeting({ MeetingId: meetingId })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(dynamodb.listTables({})).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    await expect(s3.listObjectsV2({ Bucket: 'bucket' })).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    expect(seen).toEqual([]);
    for (const client of [meetings, dynamodb, s3]) client.destroy();
  });

  it('Presigned URLs of the SDK are verified', async () => {
    const s3 = new S3({ endpoint: front.endpoint, region: REGION, credentials: ROLE });
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'bucket', Key: 'a b+ü.wav' }), {
      expiresIn: 60,
    });
    expect((await fetch(url)).status).toBe(200);
    expect(seen[0]!.rawPath).toBe('/bucket/a%20b%2B%C3%BC.wav');
    expect(seen[0]!.body).toBeUndefined();
    expect((await fetch(url.replace('/bucket/a', '/bucket/b'))).status).toBe(403);
    expect((await fetch(url.replace('Expires=60', 'Expires=600'))).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    const past = { expiresIn: 60, signingDate: new Date(Date.now() - 120_000) };
    const expired = await fetch(
      await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'b', Key: 'k' }), past),
    );
    expect(expired.status).toBe(403);
    expect(await expired.text()).toContain('expired');
    expect(seen).toHaveLength(1);
    s3.destroy();
  });

  it('The answer for an unknown service lists the available services', async () => {
    const answer = await send('lex', '/');
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text).Message).toContain(
      '"lex" (POST /) is not served here; chime, dynamodb, s3, sts are',
    );
  });

  it.each([
    [
      'json',
      { 'x-amz-target': 'Kinesis.PutRecord' },
      '',
      400,
      '"__type":"com.amazon.coral.service#UnknownOp',
    ],
    [
      'form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Action=Go',
      400,
      '<Code>InvalidAction</Code>',
    ],
    ['ec2', {}, '', 400, '<Response><Errors><Error><Code>InvalidAction</Code>'],
    ['cbor', { 'smithy-protocol': 'rpc-v2-cbor' }, '', 400, 'UnknownOperationException'],
    ['route53', {}, '', 400, '<ErrorResponse'],
    ['rest', {}, '', 404, '"Code":"UnknownOperation"'],
  ])('An unknown service is refused in the format of %s', async (service, headers, body, status, text) => {
    const answer = await send(service, '/', { headers, body });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it('Only loopback host names are answered', async () => {
    expect((await send('s3', '/', { host: 'localhost:1' })).status).toBe(200);
    expect((await send('s3', '/', { host: 'sync-127.0.0.1:1' })).status).toBe(200);
    expect((await send('s3', '/', { host: 'sync-127.0.0.2:1' })).status).toBe(421);
    expect((await send('s3', '/', { host: 'evil.example' })).status).toBe(421);
    const bucket = await send('s3', '/key', { host: `bucket.localhost:${front.port}` });
    expect(bucket.status).toBe(421);
    expect(bucket.text).toContain('path-style');
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['announced and sent whole', String(MAX_BUFFERED_BODY_BYTES + 1), MAX_BUFFERED_BODY_BYTES + 1],
    ['announced, and the rest of it never sent', String(MAX_BUFFERED_BODY_BYTES + 1), 1],
    ['not announced', undefined, MAX_BUFFERED_BODY_BYTES + 1],
  ])('The answer to an oversized body, %s, can be read', async (_how, length, bytes) => {
    const headers: Record<string, string> =
      length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': length };
    const host = `127.0.0.1:${front.port}`;
    const signer = sdkSigner('chime', OPERATOR);
    const signed = (await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: '/',
      query: {},
      headers: { host, ...headers },
    })) as { headers: Record<string, string> };
    for (const connection of ['keep-alive', 'close']) {
      const asked = { ...signed.headers, connection };
      const answer = await exchange(front.port, 'POST', '/', asked, 'x'.repeat(bytes));
      expect([connection, answer.status]).toEqual([connection, 413]);
    }
    expect(seen).toEqual([]);
  });

  it.each([
    ['chime', 'BadRequest'],
    ['dynamodb', 'SerializationException'],
  ])('A body for %s that is nested too deep is refused unparsed', async (service, code) => {
    const answer = await send(service, '/', { body: '{"a":'.repeat(100_000) });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(code);
    expect(answer.text).toContain('nested more than');
    expect(seen).toEqual([]);
  });

  it('A form with too many fields is refused unparsed', async () => {
    const answer = await send('sts', '/', { body: `Action=GetCallerIdentity${'&a=1'.repeat(100_000)}` });
    expect([answer.status, answer.text.includes('MalformedInput')]).toEqual([400, true]);
  });

  it('The body of a request with unknown keys is not read', async () => {
    const unknown = { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'x' };
    const answer = await send('dynamodb', '/', { body: 'x'.repeat(2 * 1024 * 1024), keys: unknown });
    expect([answer.status, answer.text.includes('UnrecognizedClientException')]).toEqual([400, true]);
  });

  it('A fault in a service is answered with 500 without details', async () => {
    const answer = await send('chime', '/broken');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('a fault of ours');
    expect((await send('chime', '/meetings')).status).toBe(200);
  });

  it('Garbage on the socket does no harm', async () => {
    const reply = await new Promise<string>((resolve) => {
      const socket = createConnection(front.port, '127.0.0.1', () =>
        socket.write('\x00\xff nonsense\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(text));
    });
    expect(reply).toContain('400 Bad Request');
    expect((await send('chime', '/meetings')).status).toBe(200);
  });

  it('Idle connections are closed when all connections are in use', async () => {
    const ask = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${front.port}\r\n\r\n`;
    const sockets = Array.from({ length: MAX_CONNECTIONS }, () => createConnection(front.port, '127.0.0.1'));
    await Promise.all(
      sockets.map(async (socket) => {
        socket.write(ask);
        await once(socket, 'data');
      }),
    );
    expect(sockets.filter((socket) => socket.closed)).toEqual([]);
    // The first request that finds no free connection causes idle ones to close for the next request.
    await send('chime', '/meetings').catch(() => {});
    expect((await send('chime', '/meetings')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('GetCallerIdentity returns the caller', async () => {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const role = await send('sts', '/', { body, keys: ROLE });
    expect(role.status).toBe(200);
    expect(role.text).toContain(`<Arn>arn:aws:sts::${ACCOUNT}:assumed-role/sma/sma-handler</Arn>`);
    expect(role.text).toContain(`<Account>${ACCOUNT}</Account>`);
    expect(role.text).toContain(`<UserId>${ROLE.accessKeyId}:sma-handler</UserId>`);
    const other = await send('sts', '/', { body: 'Action=AssumeRoleWithSAML' });
    expect([other.status, other.text.includes('<Code>InvalidAction</Code>')]).toEqual([400, true]);
  });
});

interface SendOptions {
  keys: Keys;
  method: string;
  body: string;
  headers: Record<string, string>;
  host: string;
  checksum: boolean;
  /** A body that differs from the signed one. */
  sendInstead: string;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

function exchange(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { port, host: '127.0.0.1', method, path, headers, agent: false },
      (incoming) => {
        let text = '';
        incoming.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
        });
        incoming.on('end', () => {
          outgoing.destroy();
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
