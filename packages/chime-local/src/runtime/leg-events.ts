import type { CallHost } from '#call-host';
import type { RouteFailover } from '#lines';
import type { SipEdgeEvents } from '#sip-edge';
import { noteOddity } from './arriving-calls.ts';
import type { CallServerOptions } from './call-server-options.ts';

/** The events of a telephone's leg. */
export type LegEvents = Pick<
  SipEdgeEvents,
  'onLegTrying' | 'onLegRinging' | 'onLegEarlyMedia' | 'onLegAnswered' | 'onLegEnded'
>;

/** Turns the events of telephones into inputs of their calls. */
export function legEventsTo(
  { legInput, whoHangsUp }: Pick<CallHost, 'legInput' | 'whoHangsUp'>,
  failover: RouteFailover,
  { report, records, serviceRecords }: Pick<CallServerOptions, 'report' | 'records' | 'serviceRecords'>,
): LegEvents {
  return {
    onLegTrying: (legId) => failover.trying(legId),
    onLegRinging(legId) {
      failover.reached(legId);
      legInput(legId, { kind: 'LegRinging', legId });
    },
    onLegEarlyMedia: (legId) => legInput(legId, { kind: 'EarlyMedia', legId }),
    onLegAnswered(legId, agreed) {
      failover.reached(legId);
      if (agreed?.telephoneEvent === false) {
        noteOddity(legId, { what: 'no telephone-event' }, { report, ...(records ? { records } : {}) });
      }
      legInput(legId, { kind: 'LegAnswered', legId });
    },
    onLegEnded(legId, end) {
      const { reason, sipResponseCode } = end;
      if (failover.goesOn(legId, sipResponseCode)) return;
      const by = end.by === 'us' ? whoHangsUp(legId) : end.by;
      report.legEnded(legId, { by, reason });
      serviceRecords?.legEnded(legId, sipResponseCode);
      records?.addToLeg(legId, { kind: 'LegEnd', legId, by, reason, sipResponseCode });
      legInput(legId, { kind: 'LegEnded', legId, sipResponseCode: end.sipResponseCode });
    },
  };
}
