import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Log } from '#platform';
import {
  type Registration,
  type Source,
  type TransportOutput,
  UserAgent,
  type UserAgentOptions,
  type UserAgentOutput,
} from '#sip';
import { askPort } from './ask-port.ts';
import type { MessageTrace } from './message-trace.ts';
import { SipSockets, type SocketOptions } from './sip-sockets.ts';

/** The part of the legs that the driver uses. */
export interface DriverUser {
  onOutput(output: Exclude<UserAgentOutput, TransportOutput>): void;
}

/** The parts that the driver works with. */
export interface DriverParts {
  clock: Clock;
  log: Log;
  trace: MessageTrace;
}

const NEVER = Number.POSITIVE_INFINITY;
/**
 * Deadlines closer together than this are handled together, ms: otherwise thousands of ended transactions
 * would each wake the process separately. The shortest interval of SIP is T1, 500 ms.
 */
const GRAIN_MS = 20;

/** Connects the user agent, which only computes, with the sockets and one timer. */
export class SipDriver {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #user: DriverUser;
  readonly #trace: MessageTrace;
  readonly #sockets: SipSockets;
  readonly #agent: UserAgent;
  #armedFor = NEVER;
  #lastFiredAt = Number.NEGATIVE_INFINITY;
  #disarm: (() => void) | undefined;
  #closed = false;
  #onSettled: (() => void) | undefined;

  /** `agentOptions` is called with the bound port. */
  static async open(
    options: SocketOptions,
    agentOptions: (port: number) => UserAgentOptions,
    { clock, log, trace }: DriverParts,
    user: DriverUser,
  ): Promise<SipDriver> {
    // Messages come one turn of the event loop later at the earliest, when this function's caller has the
    // driver.
    let driver: SipDriver | undefined;
    const sockets = await SipSockets.open(
      options,
      { clock, log },
      {
        onMessage: (bytes, source) => driver?.receive(bytes, source),
        onClosed: (connectionId) => driver?.connectionClosed(connectionId),
        inUse: (connectionId) => driver?.isUsing(connectionId) ?? false,
      },
    );
    driver = new SipDriver(sockets, agentOptions(sockets.port), { clock, log, trace }, user);
    return driver;
  }

  private constructor(
    sockets: SipSockets,
    agentOptions: UserAgentOptions,
    { clock, log, trace }: DriverParts,
    user: DriverUser,
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#user = user;
    this.#trace = trace;
    this.#sockets = sockets;
    this.#agent = new UserAgent(agentOptions);
  }

  get port(): number {
    return this.#sockets.port;
  }

  get tlsPort(): number | undefined {
    return this.#sockets.tlsPort;
  }

  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.acceptWebSocket(request, socket, head);
  }

  registered(): string[] {
    return this.#agent.registered(this.#clock.now());
  }

  hasRegistered(address: string): boolean {
    return this.#agent.hasRegistered(address, this.#clock.now());
  }

  registrationOf(number: string): Registration | undefined {
    return this.#agent.registrationOf(number, this.#clock.now());
  }

  isUsing(connectionId: number): boolean {
    return this.#agent.isUsing(connectionId);
  }

  receive(bytes: Buffer, source: Source): void {
    if (this.#closed || !this.#trace.received(bytes, source)) return;
    this.#guarded(source.address, (agent, now) => agent.receive(bytes, source, now));
  }

  connectionClosed(connectionId: number): void {
    this.#guarded('a closed connection', (agent, now) => agent.connectionClosed(connectionId, now));
  }

  /** The stack promises not to throw, but if it does, the calls of others must not end. */
  #guarded(from: string, ask: (agent: UserAgent, now: number) => UserAgentOutput[]): void {
    if (this.#closed) return;
    try {
      this.run(ask);
    } catch (error) {
      this.#log.error('what came from the network was not handled', { error: String(error), from });
    }
  }

  /** Passes a request to the user agent and carries out its outputs. */
  run(ask: (agent: UserAgent, now: number) => UserAgentOutput[]): void {
    if (this.#closed) return;
    for (const output of ask(this.#agent, this.#clock.now())) {
      if (output.kind === 'send') this.#send(output);
      else if (output.kind === 'ask port') this.#askPort(output);
      else this.#user.onOutput(output);
    }
    this.#trace.flush();
    this.#arm();
    if (this.#onSettled && this.#agent.settled) this.#onSettled();
  }

  /** Resolves when none of our requests awaits an answer, or after `waitMs`. */
  async settled(waitMs: number): Promise<void> {
    if (this.#agent.settled) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(waitMs, resolve);
      this.#onSettled = () => {
        cancel();
        resolve();
      };
    });
    this.#onSettled = undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#disarm?.();
    await this.#sockets.close();
  }

  #send({ bytes, to, transactionKey }: Extract<UserAgentOutput, { kind: 'send' }>): void {
    if (!this.#trace.sent(bytes, to)) return;
    this.#sockets.send(bytes, to, () => {
      this.#log.debug('SIP message not sent', { host: to.host, port: to.port, transport: to.transport });
      if (transactionKey !== undefined) this.run((agent, now) => agent.transportFailed(transactionKey, now));
    });
  }

  #askPort({ to, transactionKey }: Extract<UserAgentOutput, { kind: 'ask port' }>): void {
    askPort(to, this.#clock, () => this.run((agent, now) => agent.transportFailed(transactionKey, now)));
  }

  /** There is one timer for everything. It is only ever moved earlier; if it fires too early, it is armed again. */
  #arm(): void {
    const wakeAt = Math.max(this.#agent.wakeAt, this.#lastFiredAt + GRAIN_MS);
    if (wakeAt >= this.#armedFor || this.#closed) return;
    this.#disarm?.();
    this.#armedFor = wakeAt;
    this.#disarm = this.#clock.after(Math.max(0, wakeAt - this.#clock.now()), () => {
      this.#armedFor = NEVER;
      this.#disarm = undefined;
      this.#lastFiredAt = this.#clock.now();
      this.run((agent, now) => agent.elapse(now));
    });
  }
}
