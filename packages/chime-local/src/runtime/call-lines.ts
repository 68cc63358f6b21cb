import type { OutputEdges } from '#call-host';
import {
  CalledParties,
  connectorTargets,
  type InternalCall,
  InternalLegs,
  Lines,
  MeetingLine,
  type RouteFailover,
  TestParty,
  type TestPartyParts,
} from '#lines';
import { partyScriptOf } from '#options';
import { quoted, systemClock, systemIds } from '#platform';
import type { CallServerOptions } from './call-server-options.ts';
import type { CallLines, CallServer } from './call-server-parts.ts';
import type { LegEvents } from './leg-events.ts';

/** The account's numbers and Voice Connectors, as bridges look them up. */
export function calledParties({ cloud, routes = [], log }: CallServerOptions): OutputEdges['called'] {
  return {
    owns: (number) => cloud.voice.owns(number),
    connector(arn, user) {
      const originations = cloud.voice.connector(arn);
      if (!originations) return 'unknown';
      const found = connectorTargets(user, originations, { routes, below: (end) => systemIds.integer(end) });
      if (found.length > 0) return found;
      const hosts = originations.map(({ host }) => host).join(', ') || 'no origination route';
      log
        .child('calls')
        .warn(
          `${quoted(user)} is not called through ${arn}: it leads to ${hosts}. Give the connector an origination route to this machine, or say where its host is: --route HOST=sip:127.0.0.1:PORT.`,
        );
      return found;
    },
  };
}

/**
 * Opens the lines: how calls go out, and who answers those that stay here (our applications, the test party,
 * meetings).
 */
export function openLines(
  options: CallServerOptions,
  parts: Pick<CallServer, 'sip' | 'media' | 'meetings'> & {
    failover: RouteFailover;
    legEvents: LegEvents;
    speak: TestPartyParts['speech'];
    takeCall(call: InternalCall): void;
    onSaid(legId: string, text: string): void;
  },
): CallLines {
  const { sip, media, meetings, failover, legEvents } = parts;
  const log = options.log.child('calls');
  const internal = new InternalLegs({ media, ids: systemIds, log, events: legEvents });
  const testParty = new TestParty({
    legs: internal,
    media,
    speech: parts.speak,
    onSaid(legId, text) {
      const hearer = internal.otherEnd(legId);
      if (hearer !== undefined) parts.onSaid(hearer, text);
    },
    scriptOf: (number) => partyScriptOf(number, options.parties?.() ?? []),
    clock: systemClock,
    log,
  });
  const meeting = new MeetingLine({ meetings, legs: internal });
  const application = { arrived: parts.takeCall, ended: () => {} };
  const parties = new CalledParties(options.routes ?? [], {
    isServed: (number) => options.cloud.voice.routeForNumber(number) !== undefined,
    isRegistered: (number) => sip.registered().includes(number),
  });
  const answerers = { application, testParty, meeting };
  const lines = new Lines({ sip, internal, parties, failover, answerers });
  return { lines, internal, testParty, meeting, failover };
}
