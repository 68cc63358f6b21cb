import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Action, FunctionResponse, InvocationEvent } from 'pstn-audio';
import { MetricStore } from '#aws';
import { BotDirectory } from '#bots';
import { CallReport, LiveCalls } from '#call-host';
import { openJournal, silentLog, systemClock } from '#platform';
import { Telephone } from '#testkit';
import { Activity } from '#web';
import { startCallServer } from '../call-server.ts';
import type { CallServerOptions } from '../call-server-options.ts';
import type { CallServer } from '../call-server-parts.ts';
import type { EmulatedCloud } from '../emulated-cloud.ts';

/** The number of the application `first`. */
export const NUMBER = '+12015550100';
/** The number of the application `second`. */
export const OTHER_NUMBER = '+12015550101';
/** The number from which the telephone of a test world calls. */
export const CALLER = '+15557770001';

const APPLICATIONS: Readonly<Record<string, string>> = { [NUMBER]: 'first', [OTHER_NUMBER]: 'second' };

type FunctionAnswer = Awaited<ReturnType<EmulatedCloud['functions']['invoke']>>;

/** The route to an application, whose function has the application's name. */
export const routeTo = (application: string) => ({
  sipRuleId: 'rule',
  targets: [{ sipMediaApplicationId: application, awsRegion: 'us-east-1', functionArn: application }],
});

/** Parts of the cloud that a test fakes besides numbers and functions. */
export interface PretendParts {
  voice?: Partial<EmulatedCloud['voice']>;
  s3?: Partial<EmulatedCloud['s3']>;
  meetings?: Partial<EmulatedCloud['meetings']>;
  bots?: EmulatedCloud['bots'];
}

/** A call server with its own sockets and media thread, and two applications whose functions the test defines. */
export class CallWorld {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'call-world-'));
  /** The events of all functions, newest last. */
  readonly events: InvocationEvent[] = [];
  /** The events by application. */
  readonly eventsOf: Record<string, InvocationEvent[]> = {};
  /** The functions by application; without one, the answer is empty. */
  readonly functions: Record<string, (event: InvocationEvent) => Action[]> = {};
  /** Whether the functions are overloaded. */
  crowded = false;
  readonly #liveCalls = new LiveCalls(openJournal(path.join(this.folder, 'calls.journal')), systemClock);
  #server: CallServer | undefined;

  get server(): CallServer {
    if (!this.#server) throw new Error('Start the call server first.');
    return this.#server;
  }

  async start(parts: PretendParts = {}, options: Partial<CallServerOptions> = {}): Promise<void> {
    this.#server = await startCallServer({
      address: '127.0.0.1',
      sipPort: 0,
      cloud: this.#cloud(parts),
      activity: new Activity(),
      report: new CallReport(silentLog, systemClock),
      liveCalls: this.#liveCalls,
      region: 'us-east-1',
      recordingsFolder: path.join(this.folder, 'recordings'),
      log: silentLog,
      ...options,
    });
  }

  /** Ends the call server; another one may be started afterwards. */
  async stop(): Promise<void> {
    const { lines, sip, recordings, media, speech } = this.server;
    lines.internal.close();
    await sip.close(0);
    await recordings.settled();
    await Promise.all([media.close(), speech.close()]);
  }

  async close(): Promise<void> {
    await this.stop();
    this.#liveCalls.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  dial(to = NUMBER): Promise<Telephone> {
    return Telephone.dial({ server: this.server.sip, to, from: CALLER });
  }

  #cloud({ voice, s3, meetings, bots = new BotDirectory(() => []) }: PretendParts): EmulatedCloud {
    const numbers: Partial<EmulatedCloud['voice']> = {
      applicationIds: () => Object.values(APPLICATIONS),
      endpoints: () => [],
      owns: (number) => number in APPLICATIONS,
      routeForHost: () => undefined,
      connector: () => undefined,
      routeForNumber(number) {
        const application = APPLICATIONS[number];
        return application === undefined ? undefined : routeTo(application);
      },
      ...voice,
    };
    const functions: Partial<EmulatedCloud['functions']> = {
      find: () => undefined,
      isCrowded: () => this.crowded,
      invoke: async (application, payload) => this.#answer(application, JSON.parse(payload)),
    };
    const metrics = new MetricStore(systemClock);
    return { voice: numbers, s3, meetings, functions, bots, metrics } as unknown as EmulatedCloud;
  }

  #answer(application: string, event: InvocationEvent): FunctionAnswer {
    this.events.push(event);
    this.eventsOf[application] = [...(this.eventsOf[application] ?? []), event];
    const Actions = this.functions[application]?.(event) ?? [];
    const response: FunctionResponse = { SchemaVersion: '1.0', Actions };
    return { payload: JSON.stringify(response) } as FunctionAnswer;
  }
}

/** A bucket in which every key is that WAV file and everybody may read it. */
export function bucketOf(wav: Uint8Array): Partial<EmulatedCloud['s3']> {
  const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }];
  return {
    getBucketPolicy: () => JSON.stringify({ Statement }),
    head: () => ({ etag: '1' }) as ReturnType<EmulatedCloud['s3']['head']>,
    read: async () => ({ body: wav }) as Awaited<ReturnType<EmulatedCloud['s3']['read']>>,
  };
}

/** An action that connects the caller with a number. */
export const bridgeTo = (Uri: string, more: object = {}): Action => ({
  Type: 'CallAndBridge',
  Parameters: { CallerIdNumber: NUMBER, Endpoints: [{ BridgeEndpointType: 'PSTN', Uri }], ...more },
});

/** A function that responds to the arrival of a call, and with nothing after that. */
export const onArrival =
  (...actions: Action[]) =>
  ({ InvocationEventType }: InvocationEvent): Action[] =>
    InvocationEventType === 'NEW_INBOUND_CALL' ? actions : [];
