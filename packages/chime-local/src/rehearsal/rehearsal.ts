import path from 'node:path';
import type { FunctionResponse, InvocationEvent } from 'pstn-audio';
import type { CallRecord } from 'pstn-audio/record';
import {
  type ApplicationOptions,
  type ApplicationUnderTest,
  type Handler,
  type Recorded,
  type Replay,
  replay,
  sma,
  type TestMeetings,
} from 'pstn-audio/testing';
import { TELEPHONE_RATE, writeWav } from '#audio';
import { systemIds, UserError } from '#platform';
import {
  applicationSource,
  type ChimeLocalOptions,
  lineReporter,
  type QuietRuntime,
  startWithoutTelephones,
} from '#runtime';
import { DataSnapshot } from './data-snapshot.ts';
import { errorOf } from './function-error.ts';
import type { SipApplication } from './over-sip/index.ts';
import { SoundLengths } from './sound-lengths.ts';
import type { AttendeeLeft, HowToReplay, Rehearsal, RehearsalOptions, ScriptedApplication } from './types.ts';

const DEFAULT_REGION = 'us-east-1';

/** Selects the function: a handler of this process, or one by its name. */
interface WhichHandler {
  handler?: Handler;
  functionName?: string;
}

class RehearsedApplication implements Rehearsal {
  readonly aws: Rehearsal['aws'];
  readonly #runtime: QuietRuntime;
  readonly #snapshot: DataSnapshot;
  readonly #sounds: SoundLengths;
  #current: ApplicationUnderTest | undefined;
  #replaying = false;
  #sip: SipApplication | undefined;
  readonly #removed: ((meetingId: string, attendeeId: string) => void)[] = [];

  constructor(runtime: QuietRuntime, snapshot: DataSnapshot) {
    this.#runtime = runtime;
    this.#snapshot = snapshot;
    this.#sounds = new SoundLengths(runtime.cloud);
    const { endpoint, region, functions } = runtime.cloud;
    if (functions.list().length === 0)
      throw new UserError(
        'The application has no function to ask: name a handler, or an application that has one.',
      );
    this.aws = { endpoint, region, credentials: runtime.operator };
    this.#connect();
  }

  /** Starts an application over the wire; it replaces any earlier one. One telephone serves all of its calls. */
  async #overSip({ handler, functionName }: WhichHandler): Promise<ScriptedApplication> {
    await this.#sip?.close();
    const { SipApplication, functionsInProcess } = await import('./over-sip/index.ts');
    const { cloud, calls } = this.#runtime;
    const name = functionName === undefined ? undefined : this.#spec(functionName).functionName;
    const functions = handler ? functionsInProcess(cloud, handler, name) : cloud.functions;
    this.#sip = await SipApplication.start({ ...cloud, functions }, calls);
    return this.#sip;
  }

  /** Connects the emulated APIs to the virtual calls: requests for calls and updates go there. */
  #connect(): void {
    this.#runtime.calls.connect({
      host: {
        place: ({ from, to, arguments: given, sipHeaders }) => this.#place({ from, to, given, sipHeaders }),
        updateCall: (_id, transactionId, args) => this.#update(transactionId, args),
      },
      meetings: {
        attendeeRemoved: (meetingId, attendeeId) => {
          for (const removed of this.#removed) removed(meetingId, attendeeId);
        },
        // Capabilities concern browsers only: a telephone just speaks and hears.
        capabilitiesChanged: () => {},
      },
    });
  }

  application(options: { over: 'sip' } & WhichHandler): Promise<ScriptedApplication>;
  application(options?: ApplicationOptions & WhichHandler): Promise<ApplicationUnderTest>;
  async application(
    options: ({ over: 'sip' } & WhichHandler) | (ApplicationOptions & WhichHandler) = {},
  ): Promise<ScriptedApplication | ApplicationUnderTest> {
    if (typeof options !== 'object' || options === null) throw this.#noOptions(options);
    if ('over' in options) return this.#overSip(options);
    this.#connect();
    const { handler, functionName, ...rest } = options;
    const { cloud } = this.#runtime;
    this.#replaying = false;
    await this.#sounds.look();
    this.#current = sma(this.#withBuckets(handler ?? this.handler(functionName)), {
      sounds: this.#sounds.of,
      meetings: this.#meetings(),
      // Ids are unique, so that data that a handler keeps of one call is not taken for that of another.
      ids: () => systemIds.guid(),
      ...(cloud.voice.applicationIds()[0] ? { sipMediaApplicationId: cloud.voice.applicationIds()[0] } : {}),
      ...this.#numberOf(handler ? undefined : this.#spec(functionName).arn),
      awsRegion: cloud.region,
      awsAccountId: this.#accountId,
      startsAt: Date.now(),
      ...rest,
    });
    return this.#current;
  }

  /** The account id, as in the ARNs of the functions: handlers build other ARNs from it. */
  get #accountId(): string {
    return this.#runtime.cloud.functions.list()[0]?.arn.split(':')[4] ?? '';
  }

  /** The number that leads to the function; for a handler of this process, the application's first number. */
  #numberOf(functionArn: string | undefined): { phoneNumber?: string } {
    const { voice } = this.#runtime.cloud;
    const numbers = voice.routedNumbers();
    // An endpoint may name a version or an alias of the function.
    const leadsThere = (number: string): boolean =>
      voice
        .routeForNumber(number)
        ?.targets.some((target) => `${target.functionArn}:`.startsWith(`${functionArn}:`)) ?? false;
    const phoneNumber = numbers.find(leadsThere) ?? numbers[0];
    return phoneNumber === undefined ? {} : { phoneNumber };
  }

  #noOptions(given: unknown): UserError {
    const name = typeof given === 'string' ? given : 'NAME';
    return new UserError(
      `application() takes an object, as { functionName: ${JSON.stringify(name)} }, not ${JSON.stringify(given)}; the application's functions: ${this.functionNames.join(', ')}.`,
    );
  }

  /** Stores recordings in their buckets before the handler learns of them, and makes files that it writes playable. */
  #withBuckets(handler: Handler): Handler {
    const { s3 } = this.#runtime.cloud;
    const stored = new Set<Recorded>();
    return async (event) => {
      for (const recorded of this.#current?.calls.flatMap((call) => call.recorded) ?? []) {
        if (stored.has(recorded) || !s3.bucketNames().includes(recorded.bucket)) continue;
        stored.add(recorded);
        const samples = new Int16Array((recorded.milliseconds * TELEPHONE_RATE) / 1000);
        await s3.put(recorded.bucket, recorded.key, writeWav({ sampleRate: TELEPHONE_RATE, samples }));
      }
      const response = await handler(event);
      await this.#sounds.look();
      return response;
    };
  }

  /** The meetings that the functions create, for calls made from now on. */
  #meetings(): TestMeetings {
    const { meetings } = this.#runtime.cloud;
    this.#removed.length = 0;
    return {
      redeem: (joinToken, meetingId) => {
        const ticket = meetings.redeem(joinToken, meetingId);
        return ticket && { meetingId: ticket.meetingId, attendeeId: ticket.attendeeId };
      },
      has: (meetingId, attendeeId) => meetings.areAttendees(meetingId, [attendeeId]),
      observe: (removed) => this.#removed.push(removed),
    };
  }

  get functionNames(): readonly string[] {
    return this.#runtime.cloud.functions.list().map(({ functionName }) => functionName);
  }

  async replay(
    record: CallRecord,
    { functionName, keys, recordedTables = true }: HowToReplay = {},
  ): Promise<Replay> {
    const { tables } = this.#runtime.cloud;
    this.#current = undefined;
    this.#replaying = true;
    await this.#snapshot.removeTraces(record.begin.transactionId);
    await this.#sounds.look();
    const replayed = replay(record, this.#withBuckets(this.handler(functionName)), {
      onTables: (then) => {
        tables.witness = () => ({
          ...(recordedTables ? { answerInstead: ({ print }) => then.answer(print) } : {}),
          answered: ({ operation, print }, answer) => then.answered(operation, print, answer),
        });
      },
      meetings: this.#meetings(),
      sounds: this.#sounds.of,
      nowMs: Date.now(),
      ...(keys === undefined ? {} : { keys }),
    });
    return replayed.finally(() => {
      tables.witness = undefined;
    });
  }

  handler(functionName?: string): Handler {
    const { arn } = this.#spec(functionName);
    const endpoints = this.#runtime.cloud.voice.endpoints();
    const name = endpoints.find((endpoint) => endpoint.startsWith(`${arn}:`)) ?? arn;
    return async (event: InvocationEvent) => {
      const { payload, functionError } = await this.#runtime.cloud.functions.invoke(
        name,
        JSON.stringify(event),
      );
      if (!functionError) return JSON.parse(payload) as FunctionResponse;
      throw errorOf(payload);
    };
  }

  environmentOf(functionName?: string): Record<string, string> {
    const { environment, credentials, functionName: name } = this.#spec(functionName);
    return {
      ...environment,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_REGION: this.aws.region,
      AWS_ENDPOINT_URL: this.aws.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    };
  }

  items(table: string): Promise<Record<string, unknown>[]> {
    return this.#snapshot.items(table);
  }

  attendees(): AttendeeLeft[] {
    return this.#runtime.cloud.meetings.everybody();
  }

  async endMeetings(): Promise<void> {
    this.#runtime.cloud.meetings.endAll();
    await this.#current?.pass(0);
  }

  async reset(): Promise<void> {
    // Calls in progress are not told that their meeting ends; later calls of the same application are.
    const told = this.#removed.splice(0);
    this.#runtime.cloud.meetings.endAll();
    this.#removed.push(...told);
    await this.#snapshot.restore();
  }

  async close(): Promise<void> {
    await this.#sip?.close();
    return this.#runtime.close();
  }

  #spec(name: string | undefined) {
    const all = this.#runtime.cloud.functions.list();
    const found = name === undefined ? all : all.filter((spec) => spec.functionName === name);
    const fitting = found.length > 0 ? found : all.filter((spec) => spec.functionName.includes(name ?? ''));
    const [only] = fitting;
    if (only && fitting.length === 1) return only;
    if (name === undefined) {
      // Of several functions, choose the one that calls lead to.
      const endpoints = this.#runtime.cloud.voice.endpoints();
      const called = all.filter(({ arn }) => endpoints.some((one) => `${one}:`.startsWith(`${arn}:`)));
      if (called[0] && called.length === 1) return called[0];
    }
    const names = all.map(({ functionName }) => functionName).join(', ');
    throw new UserError(
      `${name === undefined ? 'The application has several functions' : `${fitting.length} functions fit ${JSON.stringify(name)}`}: name one of ${names}.`,
    );
  }

  #update(transactionId: string, args: Record<string, string>): 'accepted' | 'notFound' {
    // The record decides when the update reaches the call.
    if (this.#replaying) return 'accepted';
    const call = this.#current?.calls.find((other) => other.transactionId === transactionId);
    if (!call || call.state === 'ended') return 'notFound';
    call.give({ kind: 'UpdateRequested', arguments: args });
    return 'accepted';
  }

  #place(request: {
    from: string;
    to: string;
    given: Record<string, string> | undefined;
    sipHeaders: Record<string, string> | undefined;
  }): string {
    const { from, to, given, sipHeaders } = request;
    const call = this.#current?.callNow({
      from,
      to,
      ...(given ? { arguments: given } : {}),
      ...(sipHeaders ? { sipHeaders } : {}),
    });
    return call?.transactionId ?? 'unavailable';
  }
}

/**
 * Builds an application's tables, buckets and functions for its tests. Close it after the tests.
 *
 * @throws an error whose message says what is wrong with the application and what to do
 */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { onLine = () => {}, application, dataFrom } = options;
  const runtime = await startWithoutTelephones(
    {
      // A value is checked when it is read, and its mistakes are reported then.
      source: applicationSource(options as ChimeLocalOptions),
      application,
      region: options.region ?? DEFAULT_REGION,
      dataFrom: dataFrom === undefined ? undefined : path.resolve(dataFrom),
      allowNetwork: options.allowNetwork ?? [],
      signal: options.signal ?? new AbortController().signal,
    },
    lineReporter(onLine),
  );
  return new RehearsedApplication(runtime, await DataSnapshot.take(runtime.cloud.tables));
}
