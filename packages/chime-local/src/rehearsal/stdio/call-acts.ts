import type { VirtualCall } from 'pstn-audio/testing';
import type { ScriptedCall } from '../types.ts';

type Given = Record<string, unknown>;
type Leg = 'LEG-A' | 'LEG-B';
type Act<Call> = (call: Call, given: Given) => unknown;

const legOf = ({ leg = 'LEG-A' }: Given): Leg => leg as Leg;
const patience = ({ withinMs }: Given) => (withinMs === undefined ? {} : { within: Number(withinMs) });

/** What a test may do to a call or expect of it, with any kind of telephone. */
const ACTS: Readonly<Record<string, Act<ScriptedCall>>> = {
  hears: (call, given) => call.hears(expectedOf(given), patience(given)),
  joins: (call, given) => call.joins(patience(given)),
  ends: (call, given) => call.ends(patience(given)),
  press: (call, given) => call.press(String(given.keys)),
  hangUp: (call) => call.hangUp(),
  update: (call, given) => call.update(given.arguments as Record<string, string>),
  ringing: (call) => call.ringing(),
  answered: (call) => call.answered(),
  refused: (call, { sipResponseCode = 486 }) => call.refused(Number(sipResponseCode)),
  pass: (call, { ms }) => call.pass(Number(ms)),
  quiet: (call) => call.quiet(),
  look: ({ transactionId, ended, events, attendee, transcript }) => ({
    transactionId,
    ended: ended ?? null,
    events,
    attendee: attendee ?? null,
    transcript,
  }),
};

/** Additional acts on the virtual clock, where the service's side of the call is visible as well. */
const VIRTUAL_ACTS: Readonly<Record<string, Act<VirtualCall>>> = {
  press: (call, given) => call.press(String(given.keys), legOf(given)),
  hangUp: (call, given) => call.hangUp(legOf(given)),
  fallSilent: (call, given) => call.fallSilent(legOf(given)),
  look: (call) => ({
    transactionId: call.transactionId,
    now: call.now,
    state: call.state,
    ended: call.ended ?? null,
    events: call.events,
    responses: call.responses,
    actions: call.actions,
    problems: call.problems,
    attendee: call.attendee ?? null,
    heard: call.heard(),
    transcript: call.transcript,
  }),
};

/** The expected sound: the key of a file or words of a text; `pattern` is a regular expression. */
function expectedOf({ expected, pattern }: Given): string | RegExp {
  if (pattern !== undefined) return new RegExp(String(pattern));
  if (typeof expected === 'string') return expected;
  throw new TypeError(
    `hears takes the key of a file or its end, words of a text, or pattern="…", not ${JSON.stringify(expected) ?? 'nothing'}.`,
  );
}

const find = <A>(acts: Readonly<Record<string, A>>, what: string): A | undefined =>
  Object.hasOwn(acts, what) ? acts[what] : undefined;

/** @throws CallExpectationError if an expectation is not met */
export function actOnVirtualCall(call: VirtualCall, what: string, given: Given): unknown {
  const act = find(VIRTUAL_ACTS, what) ?? find<Act<VirtualCall>>(ACTS, what);
  if (act) return act(call, given);
  const known = [...new Set([...Object.keys(ACTS), ...Object.keys(VIRTUAL_ACTS)])].join(', ');
  throw new Error(`A call knows no "${what}"; it knows ${known}.`);
}

/** @throws CallExpectationError if an expectation is not met */
export function actOnSipCall(call: ScriptedCall, what: string, given: Given): unknown {
  const act = find(ACTS, what);
  if (!act) {
    const known = Object.keys(ACTS).join(', ');
    throw new Error(`A call over SIP knows no "${what}"; it knows ${known}. Leave over="sip" out for more.`);
  }
  if (legOf(given) !== 'LEG-A') {
    throw new Error(`A call over SIP has the telephone of LEG-A, not "${given.leg}": leave "leg" out.`);
  }
  return act(call, given);
}
