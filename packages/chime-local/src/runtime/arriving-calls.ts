import { type Oddity, oddityText } from '#call-host';
import type { InternalCall } from '#lines';
import { quoted } from '#platform';
import type { ArrivedLeg } from '#sip-edge';
import type { CallServerOptions } from './call-server-options.ts';
import type { CallServer } from './call-server-parts.ts';
import { ACCOUNT_ID } from './home.ts';

/** Status of an INVITE for a number that no rule serves. RFC 3261 section 21.4.5. */
const NOT_FOUND = 404;
/** What to do about that. */
const DIAL_ANOTHER = 'Dial a number that the start has printed, or give this one a SIP rule.';
/** Status of an INVITE that had better come again later; the edge says when. RFC 3261 section 21.5.4. */
export const UNAVAILABLE = 503;

/** A call for a number: to the application that its SIP rule names, or refused. */
export function takeCall(
  leg: InternalCall & Partial<Pick<ArrivedLeg, 'source' | 'transport' | 'host' | 'inMultipart'>>,
  { lines: { lines }, host }: CallServer,
  options: CallServerOptions,
): void {
  const { voice } = options.cloud;
  const route = (leg.host && voice.routeForHost(leg.host)) || voice.routeForNumber(leg.to);
  const log = options.log.child('calls');
  if (!route) {
    const where = leg.source ? `${leg.source.address}:${leg.source.port}` : 'this machine';
    const why = 'no SIP rule serves that number';
    log.warn(
      `${quoted(leg.from)} at ${where} called ${quoted(leg.to)} and was refused with ${NOT_FOUND}: ${why}. ${DIAL_ANOTHER}`,
    );
    const { from, to, source, transport = 'udp' } = leg;
    const at = source ? { source: { ...source, transport } } : {};
    options.serviceRecords?.refused({ status: NOT_FOUND, from, to, ...at, why, cure: DIAL_ANOTHER });
    options.activity.callRefused('they were for numbers that no SIP rule serves');
    lines.hangUp(leg.legId, NOT_FOUND);
    return;
  }
  const functionArn = route.targets[0]?.functionArn;
  const source = leg.source?.address;
  if (functionArn !== undefined && options.cloud.functions.isCrowded(functionArn, source)) {
    options.activity.callRefused('more calls came than the application’s function could take');
    log.warn(
      `${quoted(leg.from)} was refused with ${UNAVAILABLE}: more calls come than the function can take.`,
    );
    lines.hangUp(leg.legId, UNAVAILABLE);
    return;
  }
  options.report.arrived(leg);
  lines.ring(leg.legId);
  const { legId, from, to, sipHeaders } = leg;
  const headers = sipHeaders ? { sipHeaders } : {};
  host.arrive({ legId, from, to, awsAccountId: ACCOUNT_ID, ...route, ...headers }, source);
  if (leg.inMultipart) noteOddity(leg.legId, { what: 'offer in multipart' }, options);
}

/** Something is odd about a telephone: the person at the terminal and the record of its call are told. */
export function noteOddity(
  legId: string,
  oddity: Oddity,
  { report, records }: Pick<CallServerOptions, 'report' | 'records'>,
): void {
  report.odd(legId, oddity);
  records?.addToLeg(legId, { kind: 'Note', legId, text: oddityText(oddity) });
}
