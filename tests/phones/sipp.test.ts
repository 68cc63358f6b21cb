import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  hears,
  hzOf,
  join,
  plantTones,
  RtpLine,
  RunningStack,
  rowOf,
  rowsGone,
  rtpPcap,
  Sipp,
  sendUpdate,
  type Telephone,
  waitForTone,
  waitForToneToEnd,
} from '#testkit';

const CALLER = '+15557771001';
const OTHER = '+15557771002';
const CALLER_HZ = 410;
/** Milliseconds of the hold in the scenario. */
const HOLD_MS = 1000;
/** Milliseconds for which the replayed caller talks: a busy machine admits it late. */
const TALK_MS = 10_000;
const isRoot = process.getuid?.() === 0;

let stack: RunningStack;
let sipp: Sipp | undefined;
const lines: RtpLine[] = [];

beforeAll(async () => {
  stack = await RunningStack.start();
  await plantTones(stack);
});

afterEach(async () => {
  await sipp?.stop();
  for (const line of lines.splice(0)) line.close();
});

afterAll(async () => {
  await stack?.stop();
});

async function openLine(): Promise<RtpLine> {
  const line = await RtpLine.open({ follow: true });
  lines.push(line);
  return line;
}

/** A media line as a listener; its signalling is sipp's. */
const ear = (line: RtpLine) => ({
  line,
  until: async (what: string, holds: () => boolean, withinMs?: number) => {
    await eventually(what, holds, { withinMs, instead: () => sipp?.output });
  },
});

function callBySipp(scenario: string, options: Partial<ConstructorParameters<typeof Sipp>[0]>): Sipp {
  const { sip, phoneNumber } = stack.endpoints;
  sipp = new Sipp({
    scenario,
    server: sip,
    to: phoneNumber,
    ...options,
    keys: { from: CALLER, ...options.keys },
  });
  return sipp;
}

/** The operator ends the caller's call; sipp must be told so and finish without complaint. */
async function endByOperator(run: Sipp): Promise<void> {
  const { transactionId } = await rowOf(stack, CALLER);
  await sendUpdate(stack, 'Node', { transactionId, updateInfo: 'DisconnectAttendee' });
  await run.succeed();
  await rowsGone(stack, CALLER);
}

async function withOther(work: (other: Telephone) => Promise<void>): Promise<void> {
  const other = await join(stack, OTHER);
  try {
    await work(other);
  } finally {
    await other.hangUp();
  }
  await rowsGone(stack, OTHER);
}

describe('calls by sipp', () => {
  // Replaying a capture writes to a raw socket.
  it.skipIf(!isRoot)('A replayed capture keys the PIN by RFC 4733 and is heard', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sipp-media-'));
    const media = path.join(folder, 'media.pcap');
    const sounds = [{ silenceMs: 2500 }, { keys: stack.endpoints.pin }, { toneHz: CALLER_HZ, ms: TALK_MS }];
    writeFileSync(media, rtpPcap(sounds));
    try {
      await withOther(async (other) => {
        const run = callBySipp('uac_audio_dtmf4733', { keys: { media }, pauseMs: 2500 + TALK_MS });
        await rowOf(stack, CALLER);
        await waitForTone(other, CALLER_HZ);
        await run.succeed();
        await rowsGone(stack, CALLER);
        await waitForToneToEnd(other, CALLER_HZ);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("The PIN is keyed by SIP INFO and the operator's goodbye heard", async () => {
    const line = await openLine();
    const digits = [...stack.endpoints.pin].map((digit, index) => [`digit${index + 1}`, digit]);
    const keys = { line1: line.port, ...Object.fromEntries(digits) };
    const run = callBySipp('uac_pin_by_info', { keys, pauseMs: 2500 });
    await waitForTone(ear(line), hzOf('joined.wav'));
    await endByOperator(run);
  });

  it.each([
    'udp',
    'tcp',
  ] as const)('A call by %s holds, resumes elsewhere, enters, and is heard there', async (transport) => {
    const [before, after] = [await openLine(), await openLine()];
    const keys = { line1: before.port, line2: after.port };
    const run = callBySipp('uac_hold_and_move', { keys, transport, pauseMs: HOLD_MS });
    await eventually('sound before the hold', () => before.heard.length > 20, { instead: () => run.output });
    // If a slow machine starts the other line late, this one must not be taken for the phone's new address.
    before.rest();
    await eventually('sound after the hold', () => after.heard.length > 0, { instead: () => run.output });
    const held = (after.heard[0]?.at ?? 0) - (before.heard.at(-1)?.at ?? 0);
    // Without the hold it would be 20 ms. A busy process reads the first packet late, so the gap appears
    // shorter.
    expect(held).toBeGreaterThan(HOLD_MS * 0.3);
    await waitForTone(ear(after), hzOf('enter-pin.wav'));
    // Counted only now: what was sent before the hold may have waited in the socket.
    const heardBefore = before.heard.length;
    after.press(stack.endpoints.pin);
    await waitForTone(ear(after), hzOf('joined.wav'));
    await withOther(async (other) => {
      after.sayTone(CALLER_HZ);
      await waitForTone(other, CALLER_HZ);
      expect(hears(ear(after), CALLER_HZ)).toBe(false);
      await endByOperator(run);
    });
    expect(before.heard.length).toBe(heardBefore);
  });

  it('50 calls, 20 a second, all go as they should', async () => {
    const run = callBySipp('uac_hangup', { calls: 50, rate: 20, pauseMs: 500 });
    await run.succeed();
    await withOther(async (other) => {
      expect((await stack.queryMeetings()).Items).toHaveLength(1);
      expect(other.ended).toBe(false);
    });
  });
});
