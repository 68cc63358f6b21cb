import { type Oddity, oddityText } from '#call-host';
import type { InternalCall } from '#lines';
import { functionNameIn, quoted } from '#platform';
import type { ArrivedLeg } from '#sip-edge';
import type { CallServerOptions } from './call-server-options.ts';
import type { CallServer } from './call-server-parts.ts';
import { ACCOUNT_ID } from './home.ts';

/** Status of an INVITE for a number that no rule serves. RFC 3261 section 21.4.5. */
const NOT_FOUND = 404;
/** The cure for `NOT_FOUND`. */
const DIAL_ANOTHER = 'Dial a number that the start has printed, or give this one a SIP rule.';
/** The cure for a function that gets more calls than this machine can handle. */
const CALL_SLOWER =
  'Call again in a few seconds; if it goes on, let fewer calls come at once or make the function quicker.';
/** Status of an INVITE that should be retried later; the edge says when. RFC 3261 section 21.5.4. */
export const UNAVAILABLE = 503;

type ArrivedCall = InternalCall & Partial<Pick<ArrivedLeg, 'source' | 'transport' | 'host' | 'inMultipart'>>;

/** Takes a call for a number: passes it to the application that its SIP rule names, or refuses it. */
export function takeCall(
  leg: ArrivedCall,
  { lines: { lines }, host }: CallServer,
  options: CallServerOptions,
): void {
  const { voice } = options.cloud;
  const route = (leg.host && voice.routeForHost(leg.host)) || voice.routeForNumber(leg.to);
  if (!route) {
    const why = 'no SIP rule serves that number';
    refuse(leg, { status: NOT_FOUND, why, cure: DIAL_ANOTHER }, options);
    options.activity.callRefused('they were for numbers that no SIP rule serves');
    lines.hangUp(leg.legId, NOT_FOUND);
    return;
  }
  const functionArn = route.targets[0]?.functionArn;
  if (functionArn !== undefined && options.cloud.functions.isCrowded(functionArn, leg.source?.address)) {
    const why = `more calls come than the function ${functionNameIn(functionArn)} can take`;
    refuse(leg, { status: UNAVAILABLE, why, cure: CALL_SLOWER }, options);
    options.activity.callRefused('more calls came than the application’s function could take');
    lines.hangUp(leg.legId, UNAVAILABLE);
    return;
  }
  options.report.arrived(leg);
  lines.ring(leg.legId);
  const { legId, from, to, sipHeaders } = leg;
  const headers = sipHeaders ? { sipHeaders } : {};
  const source = leg.source?.address;
  host.arrive({ legId, from, to, awsAccountId: ACCOUNT_ID, ...route, ...headers }, source);
  if (leg.inMultipart) noteOddity(leg.legId, { what: 'offer in multipart' }, options);
}

/** Refuses a call, and logs and lists the refusal with its reason and the cure. */
function refuse(
  { from, to, source, transport = 'udp' }: ArrivedCall,
  refusal: { status: number; why: string; cure: string },
  { log, serviceRecords }: Pick<CallServerOptions, 'log' | 'serviceRecords'>,
): void {
  const where = source ? `${source.address}:${source.port}` : 'this machine';
  const { status, why, cure } = refusal;
  log
    .child('calls')
    .warn(`${quoted(from)} at ${where} called ${quoted(to)} and was refused with ${status}: ${why}. ${cure}`);
  const at = source ? { source: { ...source, transport } } : {};
  serviceRecords?.refused({ ...refusal, from, to, ...at });
}

/** Reports an oddity of a telephone on the terminal and in its call's record. */
export function noteOddity(
  legId: string,
  oddity: Oddity,
  { report, records }: Pick<CallServerOptions, 'report' | 'records'>,
): void {
  report.odd(legId, oddity);
  records?.addToLeg(legId, { kind: 'Note', legId, text: oddityText(oddity) });
}
