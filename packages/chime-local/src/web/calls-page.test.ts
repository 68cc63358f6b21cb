import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallsPage } from './calls-page.ts';
import { MAX_STREAMS } from './streams.ts';

const ID = '05485e68-91f2-4537-a267-8b9b32506181';

const TEST = {
  form: 'jest',
  forms: [],
  name: 'a.test.mjs',
  text: 'test()',
  recordName: 'a.jsonl',
  command: 'replay',
};

describe('the calls page', () => {
  let folder: string;
  let asked: unknown[];
  let listeners: Set<(changed: readonly object[]) => void>;
  let close: () => Promise<void>;
  let ask: (name: string, init?: RequestInit) => Promise<Response>;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'calls-page-'));
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html>');
    writeFileSync(path.join(folder, '..', 'calls-page-secret'), 'secret');
    asked = [];
    listeners = new Set();
    const page = new CallsPage(
      Promise.resolve(folder),
      {
        summaries: async () => [{ transactionId: ID }],
        read: async (id, from) => {
          asked.push([id, from]);
          return id === ID ? { text: '{"kind":"Begin"}\n', next: 17 } : undefined;
        },
        observe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      {
        of: async (id, form) => {
          asked.push([id, form]);
          return id === ID ? TEST : undefined;
        },
      },
    );
    const server = createServer((request, response) => {
      const [name = '', query] = (request.url ?? '').slice(1).split('?', 2);
      void page.serve(name, new URLSearchParams(query), response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    ask = (name, init) => fetch(origin + name, init);
    close = async () => {
      page.close();
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    };
  });
  afterEach(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(path.join(folder, '..', 'calls-page-secret'), { force: true });
  });

  it('A test of a call is served in the requested form', async () => {
    expect(await (await ask(`test/${ID}?form=jest`)).json()).toEqual(TEST);
    expect((await ask('test/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect(asked).toEqual([
      [ID, 'jest'],
      ['00000000-0000-4000-8000-000000000000', undefined],
    ]);
  });

  it('A record is served with the offset of its next byte', async () => {
    const answer = await ask(`record/${ID}?from=3`);
    expect(await answer.text()).toBe('{"kind":"Begin"}\n');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-next')).toBe('17');
    expect(asked).toEqual([[ID, 3]]);
    expect((await ask('record/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  it('Names that lead out of the folder find nothing', async () => {
    for (const name of [
      'record/..%2Fx',
      'record/a.jsonl',
      '..%2fcalls-page-secret',
      'record/',
      `record/${ID}?from=-1`,
    ]) {
      expect((await ask(name)).status, name).toBe(404);
    }
    expect(asked).toEqual([]);
  });

  it('Every answer of the calls page has the protective headers', async () => {
    for (const name of ['', 'list.json', `record/${ID}`, 'missing']) {
      const { headers } = await ask(name);
      expect(headers.get('content-security-policy'), name).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options'), name).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy'), name).toBe('same-origin');
    }
  });

  it('Changes are observed only while a page is connected', async () => {
    expect(listeners.size).toBe(0);
    const gone = new AbortController();
    const { body } = await ask('changes', { signal: gone.signal });
    const reader = body?.getReader();
    await reader?.read();
    for (const listener of listeners) listener([{ transactionId: ID }]);
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(`data: [{"transactionId":"${ID}"}]\n\n`);
    gone.abort();
    await expect.poll(() => listeners.size).toBe(0);
  });

  it('Stalled pages do not keep other pages from the changes', async () => {
    const still = await Promise.all(Array.from({ length: MAX_STREAMS }, () => ask('changes')));
    expect(still.map(({ status }) => status)).toEqual(still.map(() => 200));
    const reader = (await ask('changes')).body?.getReader();
    await reader?.read();
    for (const listener of listeners) listener([{ transactionId: ID }]);
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain(ID);
    await reader?.cancel();
    await Promise.all(still.map(({ body }) => body?.cancel().catch(() => {})));
    await expect.poll(() => listeners.size).toBe(0);
  });
});
