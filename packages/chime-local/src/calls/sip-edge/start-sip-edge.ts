import type { LegMedia } from '#media-edge';
import type { Clock, Ids, Log } from '#platform';
import { Legs } from './legs.ts';
import type { TracedMessage } from './message-trace.ts';
import type { SipEdge, SipEdgeOptions } from './sip-edge.ts';

/** The parts that the edge works with. */
export interface SipEdgeParts {
  media: LegMedia;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Receives the messages of each leg for its record; called when nobody waits. */
  trace?: (message: TracedMessage) => void;
}

/** Time that legs have to end when the edge closes, ms. */
const DEFAULT_CLOSE_WAIT_MS = 2_000;

/**
 * Binds UDP and TCP and starts to take calls. Rejects with an error that contains advice if the port is in
 * use. Events come after the call that caused them has returned, never from within it.
 */
export async function startSipEdge(options: SipEdgeOptions, parts: SipEdgeParts): Promise<SipEdge> {
  const legs = await Legs.open(options, parts);
  return {
    host: options.address,
    port: legs.port,
    tlsPort: legs.tlsPort,
    get legs() {
      return legs.size;
    },
    observe: (events) => legs.observe(events),
    registered: () => legs.registered(),
    place: (leg) => legs.place(leg),
    acceptWebSocket: (...upgrade) => legs.acceptWebSocket(...upgrade),
    refuseNew: (why) => legs.refuseNew(why),
    ring: (legId) => legs.ring(legId),
    openEarlyMedia: (legId) => legs.openEarlyMedia(legId),
    answer: (legId) => legs.answer(legId),
    cutOff: (legId) => legs.cutOff(legId),
    askIfThere: (legId) => legs.askIfThere(legId),
    hangUp: (legId, sipResponseCode) => legs.hangUp(legId, sipResponseCode),
    close: (waitMs = DEFAULT_CLOSE_WAIT_MS) => legs.close(waitMs),
  };
}
