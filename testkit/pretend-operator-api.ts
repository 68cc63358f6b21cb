import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import {
  type ApiError,
  type BrowserRow,
  type CallRow,
  type ConsoleConfig,
  type JoinMeetingResponse,
  OPERATOR_PREFIX,
  type QueryMeetingsResponse,
  type UpdateCallRequest,
  type UpdateRecord,
} from '#contract';
import { PretendIssuer } from './pretend-issuer.ts';

/** How the pretend API processes an accepted update by itself. */
export interface Progress {
  /** Milliseconds from accepted to seen; undefined if the test calls `progress`. */
  seenAfterMs?: number;
  /** Milliseconds from seen to the end. */
  endAfterMs?: number;
}

/** A request that the page made. */
export interface Asked {
  route: string;
  body: Record<string, unknown>;
}

/** An answer for the next request of a route, instead of the usual one. */
interface Planned {
  status: number;
  body: ApiError | { message: string };
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A policy as strict as that of the page's real server. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Path of the script that the page loads when somebody joins a meeting. */
const CONNECTION_SCRIPT = /^\/assets\/chime-connection-[\w-]+\.js$/;

/**
 * The surroundings of the web client on one loopback port: its files, `config.json`, an issuer that signs in
 * without asking, the API and the stream of who is speaking. A test sets the fields and reads the requests.
 */
export class PretendOperatorApi {
  calls: CallRow[] = [];
  browsers: BrowserRow[] = [];
  meetings: QueryMeetingsResponse['Meetings'] = [];
  updates: UpdateRecord[] = [];
  /** Callers whose attempts at PINs are used up. */
  guessing: QueryMeetingsResponse['Guessing'] = [];
  prompts: string[] = ['welcome.wav', 'hold.wav'];
  progressing: Progress = { seenAfterMs: 5, endAfterMs: 5 };
  /** What the update routes wait for before they answer. */
  answerAfter: Promise<unknown> | undefined;
  /** True if every request of the API is cut off, as by a lost network. */
  networkLost = false;
  /** Overrides members of `config.json`; undefined removes one. */
  config: Partial<Record<keyof ConsoleConfig, string | undefined>> = {};
  withActivity = true;
  /** Replaces the script of the meeting's client library; if undefined, the page gets the real one. */
  connectionScript: Uint8Array | undefined;
  readonly asked: Asked[] = [];
  readonly issuer = new PretendIssuer(() => this.origin);
  readonly #dist: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #planned = new Map<string, Planned[]>();
  readonly #listeners = new Set<ServerResponse>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #speaking: string[] = [];
  #refusals: { why: string; calls: number }[] = [];
  #count = 0;

  /** `dist`: the built page. */
  constructor(dist: string) {
    this.#dist = dist;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** e.g. `http://127.0.0.1:40001`. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((started) => this.#server.listen(0, '127.0.0.1', started));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  /** A caller joins `meetingName` now; `row` overrides any member. */
  addCall(meetingName: string, fromNumber: string, row: Partial<CallRow> = {}): CallRow {
    this.#count += 1;
    const call: CallRow = {
      meetingId: `meeting-${meetingName}`,
      attendeeId: `attendee-${this.#count}`,
      fromNumber,
      toNumber: '+15550100200',
      callId: `call-${this.#count}`,
      transactionId: `transaction-${this.#count}`,
      meetingName,
      status: 'joined',
      joinedAt: new Date().toISOString(),
      muted: false,
      ...row,
    };
    this.calls = [...this.calls, call];
    return call;
  }

  addMeeting(name: string, pin: string, createdAt = new Date().toISOString()): void {
    this.meetings = [...this.meetings, { name, pin, createdAt }];
  }

  /** An operator joins `meetingName` now; `row` overrides any member. */
  addBrowser(meetingName: string, displayName: string, row: Partial<BrowserRow> = {}): BrowserRow {
    this.#count += 1;
    const browser: BrowserRow = {
      meetingId: `meeting-${meetingName}`,
      attendeeId: `browser-${this.#count}`,
      displayName,
      meetingName,
      audio: 'SendReceive',
      joinedAt: new Date().toISOString(),
      muted: false,
      ...row,
    };
    this.browsers = [...this.browsers, browser];
    return browser;
  }

  endCall(call: CallRow): void {
    this.calls = this.calls.filter((one) => one.transactionId !== call.transactionId);
  }

  /** Changes the row of a call. */
  change(call: CallRow, part: Partial<CallRow>): void {
    this.calls = this.calls.map((one) =>
      one.transactionId === call.transactionId ? { ...one, ...part } : one,
    );
  }

  /** Answers the next request of `route` with this error. */
  plan(route: string, status: number, error: ApiError['error']): void {
    this.#planned.set(route, [...(this.#planned.get(route) ?? []), { status, body: { error } }]);
  }

  /** Advances an update; without an id, the newest one. */
  progress(status: UpdateRecord['status'], reason?: string, updateId = this.updates[0]?.updateId): void {
    const now = new Date().toISOString();
    this.updates = this.updates.map((one) => {
      if (one.updateId !== updateId) return one;
      if (status === 'seen') return { ...one, status, seenAt: now };
      return { ...one, status, endedAt: now, ...(reason === undefined ? {} : { reason }) };
    });
  }

  /** Tells every open stream how many calls were refused, and why. */
  refuse(why: string, calls: number): void {
    this.#refusals = [{ why, calls }];
    this.speak(this.#speaking);
  }

  /** Tells every open stream who speaks. */
  speak(attendeeIds: string[]): void {
    this.#speaking = attendeeIds;
    for (const response of this.#listeners) response.write(this.#activityLine());
  }

  /** The requests of one route. */
  askedOf(route: string): Record<string, unknown>[] {
    return this.asked.filter((one) => one.route === route).map((one) => one.body);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const body = await textOf(request);
    if (url.pathname.startsWith('/api/')) return this.#api(request, response, url.pathname.slice(4), body);
    if (this.issuer.handle(request, response, url, body)) return;
    if (url.pathname === '/activity') return this.#activity(request, response);
    if (url.pathname === '/config.json') return send(response, 200, this.#config());
    await this.#file(response, url.pathname);
  }

  #config(): Partial<Record<keyof ConsoleConfig, string | undefined>> {
    return {
      apiUrl: `${this.origin}/api`,
      issuer: this.issuer.url,
      clientId: this.issuer.clientId,
      phoneNumber: '+1 555-010-0200',
      ...(this.withActivity ? { activityUrl: `${this.origin}/activity` } : {}),
      ...this.config,
    };
  }

  async #file(response: ServerResponse, path: string): Promise<void> {
    const name = normalize(path === '/' ? '/index.html' : path);
    const replaced = CONNECTION_SCRIPT.test(name) ? this.connectionScript : undefined;
    const bytes = replaced ?? (await readFile(join(this.#dist, name)).catch(() => undefined));
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
    response.writeHead(bytes ? 200 : 404).end(bytes);
  }

  #activity(request: IncomingMessage, response: ServerResponse) {
    if (this.networkLost) return void request.socket.destroy();
    if (!this.issuer.accepts(request.headers.authorization))
      return send(response, 401, { message: 'Unauthorized' });
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(this.#activityLine());
    this.#listeners.add(response);
    response.once('close', () => this.#listeners.delete(response));
  }

  #activityLine(): string {
    const refusals = this.#refusals;
    return `${JSON.stringify({ speaking: this.#speaking, ...(refusals.length > 0 ? { refusals } : {}) })}\n`;
  }

  #api(request: IncomingMessage, response: ServerResponse, route: string, text: string) {
    if (this.networkLost) return void request.socket.destroy();
    if (!this.issuer.accepts(request.headers.authorization))
      return send(response, 401, { message: 'Unauthorized' });
    const body = JSON.parse(text || '{}') as Record<string, unknown>;
    this.asked.push({ route, body });
    const planned = this.#planned.get(route)?.shift();
    if (planned) return send(response, planned.status, planned.body);
    if (route === '/queryMeetings') return send(response, 200, this.#state());
    if (route === '/createMeeting') return this.#createMeeting(response, String(body.name));
    if (route === '/updateCallNode') return this.#update(response, 'node', body);
    if (route === '/updateCallPython') return this.#update(response, 'python', body);
    if (route === '/joinMeeting') return this.#joinMeeting(response, body);
    if (route === '/setAttendeeAudio' || route === '/removeAttendee')
      return this.#changeBrowser(response, route, body);
    send(response, 404, { message: 'Not Found' });
  }

  #joinMeeting(response: ServerResponse, { name, audio, displayName }: Record<string, unknown>) {
    const row = this.addBrowser(String(name), String(displayName), {
      audio: audio === 'SendReceive' ? audio : 'Receive',
    });
    const answer: JoinMeetingResponse = {
      Meeting: {
        MeetingId: row.meetingId,
        MediaPlacement: { SignalingUrl: 'ws://127.0.0.1:9/control', AudioHostUrl: 'x' },
      },
      Attendee: {
        AttendeeId: row.attendeeId,
        ExternalUserId: `${OPERATOR_PREFIX}${row.displayName}#0123456789ab`,
        JoinToken: 'pretend-token',
        Capabilities: { Audio: row.audio, Video: 'None', Content: 'None' },
      },
    };
    send(response, 201, answer);
  }

  #changeBrowser(response: ServerResponse, route: string, body: Record<string, unknown>) {
    const row = this.browsers.find(({ attendeeId }) => attendeeId === body.attendeeId);
    if (!row) {
      const message = 'There is no such operator in that meeting (any more).';
      return send(response, 404, { error: { code: 'AttendeeNotFound', message } });
    }
    if (route === '/removeAttendee') {
      this.browsers = this.browsers.filter((one) => one !== row);
      return send(response, 200, {});
    }
    const changed = { ...row, muted: body.audio === 'Receive' };
    this.browsers = this.browsers.map((one) => (one === row ? changed : one));
    send(response, 200, changed);
  }

  #state(): QueryMeetingsResponse {
    return {
      Items: this.calls,
      Browsers: this.browsers,
      Meetings: this.meetings,
      Updates: this.updates.slice(0, 50),
      Prompts: this.prompts,
      ...(this.guessing?.length ? { Guessing: this.guessing } : {}),
    };
  }

  #createMeeting(response: ServerResponse, name: string) {
    const pin = String(48_151_623 + this.meetings.length);
    this.addMeeting(name, pin);
    send(response, 201, this.meetings.at(-1));
  }

  #update(response: ServerResponse, via: 'node' | 'python', body: Record<string, unknown>) {
    const request = body as unknown as UpdateCallRequest;
    const call = this.calls.find((one) => one.transactionId === request.transactionId);
    if (!call) {
      const message = `There is no call ${request.transactionId}.`;
      return send(response, 404, { error: { code: 'CallNotFound', message } });
    }
    this.#count += 1;
    const updateId = `update-${this.#count}`;
    const { transactionId, updateInfo, orderId } = request;
    const { fromNumber, meetingId, attendeeId } = call;
    const acceptedAt = new Date().toISOString();
    const status = 'accepted';
    const record: UpdateRecord = {
      ...{ updateId, transactionId, updateInfo, via, meetingId, status, acceptedAt },
      ...(request.everyone ? { everyone: 'true' } : { attendeeId, fromNumber }),
      ...(orderId === undefined ? {} : { orderId }),
    };
    this.updates = [record, ...this.updates];
    const answer = () => {
      const timing = 'order;dur=0, voice;dur=6, record;dur=3';
      const body = { updateId, transactionId, status, acceptedAt };
      send(response.setHeader('server-timing', timing), 202, body);
      const { seenAfterMs, endAfterMs } = this.progressing;
      if (seenAfterMs === undefined) return;
      this.#later(seenAfterMs, () => {
        this.progress('seen', undefined, updateId);
        if (endAfterMs !== undefined) this.#later(endAfterMs, () => this.#carryOut(call, request, updateId));
      });
    };
    if (this.answerAfter) void this.answerAfter.then(answer);
    else answer();
  }

  #carryOut(call: CallRow, request: UpdateCallRequest, updateId: string): void {
    if (request.updateInfo === 'DisconnectAttendee') this.endCall(call);
    const concerned = request.everyone
      ? this.calls.filter(({ meetingId }) => meetingId === call.meetingId)
      : [call];
    for (const one of concerned) {
      if (request.updateInfo === 'MuteAttendee') this.change(one, { muted: true, mutedBy: 'operator' });
      if (request.updateInfo === 'UnmuteAttendee') this.change(one, { muted: false });
    }
    this.progress('done', undefined, updateId);
  }

  #later(ms: number, fn: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      fn();
    }, ms);
    this.#timers.add(timer);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
