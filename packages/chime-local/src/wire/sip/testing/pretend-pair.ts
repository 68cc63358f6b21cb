import { type NetworkWeather, PretendNetwork, ScriptedClock } from '#testkit';
import type { UserAgentOutput } from '../user-agent/outputs.ts';
import { UserAgent } from '../user-agent/user-agent.ts';

const ADDRESSES = { caller: '198.51.100.1', called: '192.0.2.7' } as const;
type End = keyof typeof ADDRESSES;
const OTHER = { caller: 'called', called: 'caller' } as const;
const CALL = 'pretend-call';

/**
 * Two user agents on a simulated network, one calling the other; each is woken exactly when it asks for it.
 */
export class PretendPair {
  readonly clock = new ScriptedClock(0);
  readonly network: PretendNetwork;
  readonly agents: Readonly<Record<End, UserAgent>>;
  /** Reports of each end: `invited`, `ringing`, `answered`, `rejected 486`, `acknowledged`, `ended gone`. */
  readonly told: Readonly<Record<End, string[]>> = { caller: [], called: [] };
  /** What the called user does. Default: signals ringing, and answers after a second. */
  onInvited: (usageId: string) => void = (usageId) => {
    this.tell('called', (agent, now) => agent.progress(usageId, 180, now));
    this.clock.after(1_000, () => this.answer(usageId));
  };
  #called = '';
  readonly #armedFor: Record<End, number> = { caller: Infinity, called: Infinity };

  constructor(weather: NetworkWeather) {
    this.network = new PretendNetwork(this.clock, weather);
    this.agents = { caller: agentAt('caller'), called: agentAt('called') };
    for (const end of ['caller', 'called'] as const) {
      const source = { transport: 'udp', address: ADDRESSES[OTHER[end]], port: 5060 } as const;
      this.network.attach(end, (bytes) => this.tell(end, (agent, now) => agent.receive(bytes, source, now)));
    }
  }

  place(): void {
    const to = { transport: 'udp', host: ADDRESSES.called, port: 5060 } as const;
    const addresses = { from: '<sip:a@198.51.100.1>', called: '<sip:b@192.0.2.7>' };
    const content = { body: Buffer.from('offer'), contentType: 'application/sdp' };
    const invitation = { usageId: CALL, uri: 'sip:b@192.0.2.7', to, ...addresses, ...content };
    this.tell('caller', (agent, now) => agent.invite(invitation, now));
  }

  cancel(): void {
    this.tell('caller', (agent, now) => agent.cancel(CALL, now));
  }

  answer(usageId: string): void {
    const content = { body: Buffer.from('answer'), contentType: 'application/sdp', offer: false };
    this.tell('called', (agent, now) => agent.accept(usageId, content, now));
  }

  hangUp(end: End): void {
    this.tell(end, (agent, now) => agent.bye(end === 'caller' ? CALL : this.#called, now));
  }

  tell(end: End, act: (agent: UserAgent, now: number) => UserAgentOutput[]): void {
    for (const output of act(this.agents[end], this.clock.now())) this.#onOutput(end, output);
    this.#arm(end);
  }

  #onOutput(end: End, output: UserAgentOutput): void {
    if (output.kind === 'send') {
      this.network.send(end, OTHER[end], output.bytes);
      return;
    }
    const detail =
      output.kind === 'rejected' ? ` ${output.status}` : output.kind === 'ended' ? ` ${output.cause}` : '';
    this.told[end].push(`${output.kind}${detail}`);
    if (output.kind !== 'invited') return;
    this.#called = output.usageId;
    this.onInvited(output.usageId);
  }

  #arm(end: End): void {
    const { wakeAt } = this.agents[end];
    if (wakeAt >= this.#armedFor[end]) return;
    this.#armedFor[end] = wakeAt;
    this.clock.after(wakeAt - this.clock.now(), () => {
      if (this.#armedFor[end] !== wakeAt) return;
      this.#armedFor[end] = Number.POSITIVE_INFINITY;
      this.tell(end, (agent, now) => agent.elapse(now));
    });
  }
}

function agentAt(end: End): UserAgent {
  let next = 0;
  const ids = {
    hex: (bytes: number) => `${end}${(++next).toString(16).padStart(bytes * 2, '0')}`,
    integer: (below: number) => Math.min(100, below - 1),
  };
  return new UserAgent({ host: ADDRESSES[end], port: 5060, ids });
}
