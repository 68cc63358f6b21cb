import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Credentials } from '#aws';
import { createPythonPackages, createRuntimePackages } from '#lambda-runner';
import { silentLog, systemIds } from '#platform';
import { HostedParts } from '#provision';
import { CallControls } from './call-controls.ts';
import type { CloudOptions } from './cloud-options.ts';
import { DiskTrouble } from './disk-trouble.ts';
import { startCloud } from './emulated-cloud.ts';
import { ACCOUNT_ID } from './home.ts';

/** The options for a cloud in a folder of its own. */
function cloudOptions(port: number): CloudOptions {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'cloud-'));
  onTestFinished(() => rmSync(dataDirectory, { recursive: true }));
  const calls = new CallControls();
  return {
    dataDirectory,
    disk: new DiskTrouble(silentLog),
    port,
    quotas: 'off',
    region: 'us-east-1',
    allowNetwork: [],
    credentials: new Credentials(dataDirectory, ACCOUNT_ID, systemIds),
    python: async () => ({ missing: 'no Python here' }),
    nodeModules: '',
    packages: createRuntimePackages({ folder: dataDirectory, onProgress: () => {} }),
    pythonPackages: createPythonPackages({ folder: dataDirectory, onProgress: () => {} }),
    calls,
    observer: calls,
    mediaBaseUrl: 'ws://127.0.0.1:1',
    log: silentLog,
    onFunctionLine: () => {},
    hosted: new HostedParts('http://127.0.0.1:1'),
    home: { consoleOrigin: 'http://127.0.0.1:1', issuerUrl: 'http://127.0.0.1:1/cognito' },
    asset: () => undefined,
  };
}

it('A start that finds its port taken leaves nothing open', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const options = cloudOptions(port);
  await expect(startCloud(options)).rejects.toThrow(
    `AWS port ${port} is in use by another program; choose another with --aws-port N (0: any free one).`,
  );
  // The files of tables are locked while they are open.
  const cloud = await startCloud({ ...options, port: 0 });
  await cloud.close();
});

it('A start with data of another Region closes its port again', async () => {
  const options = cloudOptions(0);
  const first = await startCloud(options);
  const { store } = first.stacks.context;
  store.put({
    stackId: `arn:aws:cloudformation:us-west-2:${ACCOUNT_ID}:stack/s/1`,
    stackName: 's',
    status: 'CREATE_COMPLETE',
    createdAt: 0,
  } as Parameters<typeof store.put>[0]);
  await first.close();
  const { port } = new URL(first.endpoint);
  await expect(startCloud({ ...options, port: Number(port) })).rejects.toThrow('give --region us-west-2');
  const again = await startCloud({ ...options, region: 'us-west-2', port: Number(port) });
  await again.close();
});
