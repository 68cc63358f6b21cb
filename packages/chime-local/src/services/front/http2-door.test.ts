import { connect, constants } from 'node:http2';
import { createConnection } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { AwsPort } from './aws-port.ts';

async function openPort(): Promise<AwsPort> {
  const port = await AwsPort.open({ address: '127.0.0.1', port: 0 });
  onTestFinished(() => port.close());
  port.serve((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method, url, headers } = incoming;
      const told = { method, url, host: headers.host, body: Buffer.concat(chunks).toString() };
      response.writeHead(201, { 'content-type': 'application/json', 'keep-alive': 'timeout=5' });
      response.end(JSON.stringify(told));
    });
  });
  return port;
}

it('An HTTP/2 client is served like an HTTP/1.1 client', async () => {
  const port = await openPort();
  const session = connect(port.endpoint);
  onTestFinished(() => session.destroy());
  const ask = (path: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': path, ':authority': 'polly.example' });
      let [status, body] = [0, ''];
      stream.on('response', (headers) => {
        status = Number(headers[constants.HTTP2_HEADER_STATUS]);
      });
      stream.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      stream.on('end', () => resolve({ status, body })).on('error', reject);
      stream.end('hello');
    });
  const answers = await Promise.all([ask('/a?b=c'), ask('/d')]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(JSON.parse(answers[0]?.body ?? '')).toEqual({
    method: 'POST',
    url: '/a?b=c',
    host: 'polly.example',
    body: 'hello',
  });
});

it('A request whose first bytes arrive one by one is served', async () => {
  const port = await openPort();
  const socket = createConnection(port.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.setNoDelay(true);
  for (const byte of 'PUT /x HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\nconnection: close\r\n\r\n') {
    await new Promise<void>((resolve) => socket.write(byte, () => setImmediate(resolve)));
  }
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 201/);
  expect(text).toContain('"url":"/x"');
});
