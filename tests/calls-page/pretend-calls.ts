import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallSummary, RecordEntry } from 'pstn-audio/record';
import { Faults, serveFaults } from '#faults';
import { silentLog } from '#platform';
import { testsOfCalls } from '../../packages/chime-local/src/runtime/tests-of-calls.ts';
import { CallsPage, type RecordedCalls } from '../../packages/chime-local/src/web/calls-page.ts';

/** A stand-in for what the runtime gives the page: rows, records, and changes that a test announces. */
export class PretendCalls {
  readonly rows: CallSummary[] = [];
  readonly records = new Map<string, string>();
  readonly faults = new Faults(() => {});
  readonly #listeners = new Set<(changed: readonly object[]) => void>();
  readonly #server: Server;
  readonly #page: CallsPage;

  /** `dist`: the built page. */
  constructor(dist: string) {
    const read = async (id: string, from = 0) => {
      const text = this.records.get(id);
      return text === undefined ? undefined : { text: text.slice(from), next: text.length };
    };
    const tests = testsOfCalls({
      records: { read },
      directory: '/app',
      dataDirectory: '/app/.local/data',
      source: { path: '/app/src/handler.ts' },
      application: undefined,
    });
    const calls = {
      summaries: async () => this.rows,
      read,
      observe: (listener: (changed: readonly object[]) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    } satisfies RecordedCalls;
    this.#page = new CallsPage(Promise.resolve(dist), calls, tests);
    this.#server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://pretend');
      if (pathname.startsWith('/faults')) {
        const { origin } = new URL(this.url);
        return void serveFaults(this.faults, origin, request, response);
      }
      this.serve(pathname, searchParams, response).catch((error) => silentLog.error(String(error)));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/calls/`;
  }

  async start(): Promise<void> {
    await new Promise<void>((started) => this.#server.listen(0, '127.0.0.1', started));
  }

  async close(): Promise<void> {
    this.#page.close();
    this.#server.closeAllConnections();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  /** Announces a new call, or new events of a call. */
  tell(row: CallSummary, ...entries: RecordEntry[]): void {
    const known = this.rows.findIndex(({ transactionId }) => transactionId === row.transactionId);
    if (known < 0) this.rows.unshift(row);
    else this.rows[known] = row;
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    this.records.set(row.transactionId, `${this.records.get(row.transactionId) ?? ''}${lines}`);
    for (const listener of this.#listeners) listener([row]);
  }

  /** Serves everything of the page except the faults. */
  async serve(pathname: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    if (pathname.startsWith('/calls/')) await this.#page.serve(pathname.slice(7), query, response);
    else response.writeHead(404).end();
  }
}

const AT = 1_700_000_000_000;

/** A row of the list; a larger number stands for an older call. */
export function rowOf(number: number, change: Partial<CallSummary> = {}): CallSummary {
  return {
    transactionId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    at: AT - number * 1000,
    direction: 'inbound',
    from: `+1415555${String(number).padStart(4, '0')}`,
    to: '+12015550100',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:answer',
    state: 'ended',
    durationMs: 6_000,
    invocations: 3,
    failedInvocations: 0,
    updates: 0,
    faults: 0,
    end: { by: 'far', reason: 'the far end hung up' },
    legId: 'leg-a',
    ...change,
  };
}

const LEG = 'leg-a';

/** Two seconds of sound levels: the first prompt's, then an answer's. */
export function levelsAt(ms: number, which: 'heard' | 'said' = 'heard'): RecordEntry {
  const peak = Array.from({ length: 20 }, (_, index) => (index % 7 === 6 ? 127 : 8 + ((index * 5) % 17)));
  const mean = peak.map((level) => Math.min(127, level + 7));
  return { kind: 'Levels', at: AT + ms, ms, legId: LEG, everyMs: 100, [which]: { peak, mean } };
}

/** A call whose function throws, with an error name that contains markup. */
export function failingCall(): RecordEntry[] {
  const times = (ms: number) => ({ at: AT + ms, ms });
  const event = {
    SchemaVersion: '1.0',
    Sequence: 1,
    InvocationEventType: 'NEW_INBOUND_CALL',
    CallDetails: {},
  };
  return [
    { kind: 'Begin', ...times(0), record: 1, transactionId: 't', keys: 'masked', writer: 'test' },
    {
      kind: 'Sip',
      ...times(0),
      legId: LEG,
      direction: 'received',
      transport: 'udp',
      peer: '127.0.0.1:5062',
      startLine: 'INVITE sip:+12015550100@127.0.0.1 SIP/2.0',
      headers: [['From', '"<img src=x onerror=alert(1)>" <sip:ann@127.0.0.1>']],
      body: 'v=0\r\n',
    },
    {
      kind: 'Input',
      ...times(2),
      input: { kind: 'LegArrived', legId: LEG, from: '+14155550001', to: '+12015550100', targets: [] },
    },
    { kind: 'Output', ...times(2), output: { kind: 'InvokeFunction', sequence: 1, event } },
    {
      kind: 'FunctionLog',
      ...times(9),
      functionName: 'answer',
      requestId: 'r-1',
      text: 'looking the order up',
    },
    {
      kind: 'Invocation',
      ...times(12),
      sequence: 1,
      attempt: 1,
      functionArn: 'arn',
      requestId: 'r-1',
      durationMs: 10,
      outcome: 'error',
      error: {
        type: 'TypeError',
        message: 'order is undefined',
        stack: [{ text: 'decide', file: '/app/decide.ts', line: 41, column: 13 }],
      },
    },
    {
      kind: 'Input',
      ...times(12),
      input: { kind: 'FunctionFailed', sequence: 1, reason: 'error', message: 'The function failed' },
    },
    { kind: 'Action', ...times(20), phase: 'began', type: 'PlayAudio', legId: LEG, parameters: {} },
    { kind: 'Sound', ...times(21), phase: 'began', legId: LEG, playId: 'play-1', name: 'prompts/sorry.wav' },
  ] as unknown as RecordEntry[];
}
