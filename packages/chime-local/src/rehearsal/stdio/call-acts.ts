import type { VirtualCall } from 'pstn-audio/testing';

type Given = Record<string, unknown>;
type Leg = 'LEG-A' | 'LEG-B';

const legOf = ({ leg = 'LEG-A' }: Given): Leg => leg as Leg;
const patience = ({ withinMs }: Given) => (withinMs === undefined ? {} : { within: Number(withinMs) });

/** What a test may do to a call, or expect of it. */
const ACTS: Readonly<Record<string, (call: VirtualCall, given: Given) => unknown>> = {
  hears: (call, given) => call.hears(expectedOf(given), patience(given)),
  joins: (call, given) => call.joins(patience(given)),
  ends: (call, given) => call.ends(patience(given)),
  press: (call, given) => call.press(String(given.keys), legOf(given)),
  hangUp: (call, given) => call.hangUp(legOf(given)),
  update: (call, given) => call.update(given.arguments as Record<string, string>),
  ringing: (call) => call.ringing(),
  answered: (call) => call.answered(),
  refused: (call, { sipResponseCode = 486 }) => call.refused(Number(sipResponseCode)),
  fallSilent: (call, given) => call.fallSilent(legOf(given)),
  pass: (call, { ms }) => call.pass(Number(ms)),
  quiet: (call) => call.quiet(),
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

/** The key of a file or words of a text; `pattern`: a regular expression. */
function expectedOf({ expected, pattern }: Given): string | RegExp {
  return pattern === undefined ? String(expected) : new RegExp(String(pattern));
}

/** @throws CallExpectationError when what is expected does not come */
export function actOnCall(call: VirtualCall, what: string, given: Given): unknown {
  const act = Object.hasOwn(ACTS, what) ? ACTS[what] : undefined;
  if (!act) throw new Error(`A call knows no "${what}"; it knows ${Object.keys(ACTS).join(', ')}.`);
  return act(call, given);
}
