import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsService } from '../../ports.ts';

/**
 * For tests of a single service: an HTTP server on the loopback interface that passes it every request
 * without a signature check.
 */
export async function serveAlone(service: AwsService): Promise<{ endpoint: string; close(): Promise<void> }> {
  let count = 0;
  const server = createServer((incoming, response) => {
    const [rawPath = '/', rawQuery = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
    service
      .handle({
        method: incoming.method ?? 'GET',
        rawPath,
        rawQuery,
        headers: incoming.headers,
        service: service.signingNames[0]!,
        region: 'us-east-1',
        caller: { accessKeyId: 'test', arn: 'arn:aws:iam::000000000000:user/test' },
        payloadHash: (incoming.headers['x-amz-content-sha256'] as string | undefined) ?? 'UNSIGNED-PAYLOAD',
        requestId: `request-${++count}`,
        incoming,
        response,
      })
      .catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
