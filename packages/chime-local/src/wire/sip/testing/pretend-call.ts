import { type NetworkWeather, PretendNetwork, ScriptedClock } from '#testkit';
import type { PendingRequest, UserAgentOutput } from '../user-agent/outputs.ts';
import { UserAgent } from '../user-agent/user-agent.ts';
import { countingIds } from './example-messages.ts';
import { PretendUserAgent } from './pretend-user-agent.ts';

const SOURCE = { transport: 'udp', address: '192.0.2.7', port: 5060 } as const;
const ANSWER = { body: Buffer.from('answer'), contentType: 'application/sdp', offer: false };

/** A phone and a user agent on a simulated network; each is woken exactly when it asks for it. */
export class PretendCall {
  readonly clock = new ScriptedClock(0);
  readonly network: PretendNetwork;
  readonly agent: UserAgent;
  readonly phone: PretendUserAgent;
  /**
   * Reports of the user agent: `invited`, `acknowledged`, `info`, `modified`, `reinvited 200`, `ended gone`.
   */
  readonly told: string[] = [];
  usageId = '';
  /** What the user does when invited. Default: signals ringing, and answers after a second. */
  onInvited: () => void = () => {
    this.tell((agent, now) => agent.progress(this.usageId, 180, now));
    this.clock.after(1_000, () => this.answer());
  };
  onPending: (pending: PendingRequest) => void = (pending) =>
    this.tell((agent, now) => agent.reply(pending, 200, { ...ANSWER }, now));
  readonly #ends: { wakeAt: number; elapse(now: number): void; armedFor: number }[] = [];

  constructor(weather: NetworkWeather, callId = 'pretend-call') {
    this.network = new PretendNetwork(this.clock, weather);
    const ids = countingIds();
    this.agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids });
    this.phone = new PretendUserAgent(callId, ids, (bytes) => this.network.send('phone', 'server', bytes));
    this.network.attach('server', (bytes) => this.tell((agent, now) => agent.receive(bytes, SOURCE, now)));
    this.network.attach('phone', (bytes) => this.ask((phone, now) => phone.receive(bytes, now)));
    const { agent, phone } = this;
    this.#ends.push(
      {
        get wakeAt() {
          return agent.wakeAt;
        },
        elapse: () => this.tell((a, now) => a.elapse(now)),
        armedFor: Infinity,
      },
      {
        get wakeAt() {
          return phone.wakeAt;
        },
        elapse: () => this.ask((p, now) => p.elapse(now)),
        armedFor: Infinity,
      },
    );
  }

  /** Calls the user agent and handles its outputs. */
  tell(act: (agent: UserAgent, now: number) => UserAgentOutput[]): void {
    for (const output of act(this.agent, this.clock.now())) this.#onOutput(output);
    this.#arm();
  }

  /** Calls the phone. */
  ask(act: (phone: PretendUserAgent, now: number) => void): void {
    act(this.phone, this.clock.now());
    this.#arm();
  }

  answer(content = ANSWER): void {
    this.tell((agent, now) => agent.accept(this.usageId, content, now));
  }

  #onOutput(output: UserAgentOutput): void {
    switch (output.kind) {
      case 'send':
        this.network.send('server', 'phone', output.bytes);
        return;
      case 'invited':
        this.told.push('invited');
        this.usageId = output.usageId;
        this.onInvited();
        return;
      case 'modified':
      case 'info':
        this.told.push(output.kind);
        this.onPending(output.pending);
        return;
      case 'acknowledged':
        this.told.push(`acknowledged${output.ack.body.length > 0 ? ` ${output.ack.body}` : ''}`);
        return;
      case 'reinvited':
        this.told.push(`reinvited ${output.status}`);
        return;
      case 'ended':
        this.told.push(`ended ${output.cause}`);
    }
  }

  #arm(): void {
    for (const end of this.#ends) {
      const { wakeAt } = end;
      if (wakeAt >= end.armedFor) continue;
      end.armedFor = wakeAt;
      this.clock.after(wakeAt - this.clock.now(), () => {
        if (end.armedFor !== wakeAt) return;
        end.armedFor = Number.POSITIVE_INFINITY;
        end.elapse(this.clock.now());
      });
    }
  }
}
