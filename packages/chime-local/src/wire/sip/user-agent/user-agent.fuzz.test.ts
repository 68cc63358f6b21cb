import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingIds, PHONE_OFFER, requestBytes } from '../testing/example-messages.ts';
import { UserAgent } from './user-agent.ts';

const UDP = { transport: 'udp', address: '192.0.2.7', port: 5060 } as const;
const SDP = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };

const method = fc.constantFrom(
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'UPDATE',
  'OPTIONS',
  'REGISTER',
  'FOO',
);
const step = fc.record({
  method,
  inDialog: fc.boolean(),
  cseq: fc.nat(6),
  branch: fc.nat(5).map((n) => `z9hG4bK-${n}`),
  body: fc.constantFrom('', PHONE_OFFER, 'Signal=1'),
  order: fc.constantFrom('none', 'accept', 'refuse', 'bye', 'reinvite'),
  passMs: fc.constantFrom(0, 0, 10, 600, 5_000, 33_000),
  cut: fc.option(fc.tuple(fc.nat(500), fc.nat(4), fc.string({ maxLength: 4 })), { freq: 4 }),
});

describe('any sequence of requests, valid and mangled, with user requests in between', () => {
  it('The agent never throws, ends calls once, and keeps nothing', () => {
    let invited = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds() });
        const ended: string[] = [];
        let now = 0;
        let usageId = '';
        const all: string[] = [];
        for (const { method, inDialog, cut, order, passMs, ...parts } of steps) {
          let text = requestBytes({
            ...parts,
            method,
            ...(inDialog && usageId ? { toTag: usageId } : {}),
          }).toString();
          if (cut) text = text.slice(0, cut[0]) + cut[2] + text.slice(cut[0] + cut[1]);
          const outputs = agent.receive(Buffer.from(text), UDP, now);
          for (const output of outputs) {
            if (output.kind === 'invited') {
              usageId = output.usageId;
              all.push(usageId);
              invited++;
            }
            if (output.kind === 'ended') ended.push(output.usageId);
            const pending = output.kind === 'modified' || output.kind === 'info' ? output.pending : undefined;
            if (pending) outputs.push(...agent.reply(pending, 200, SDP, now));
          }
          if (order === 'accept') outputs.push(...agent.accept(usageId, SDP, now));
          if (order === 'reinvite') outputs.push(...agent.reinvite(usageId, SDP, now));
          const last = order === 'bye' ? agent.bye(usageId, now) : [];
          if (order === 'refuse') last.push(...agent.refuse(usageId, 486, {}, now));
          now += passMs;
          last.push(...agent.elapse(now));
          for (const output of last) if (output.kind === 'ended') ended.push(output.usageId);
        }
        expect(new Set(ended).size).toBe(ended.length);
        // Everything that is left after these requests disappears with the last timers.
        for (const id of all) {
          agent.refuse(id, 480, {}, now);
          agent.bye(id, now);
        }
        for (let i = 0; i < 4; i++) {
          now += 40_000;
          agent.elapse(now);
        }
        expect(agent.kept).toEqual({ transactions: 0, usages: 0 });
      }),
      { seed: 3261, numRuns: 600 },
    );
    expect(invited).toBeGreaterThan(150);
  });
});
