import type { CallReport, CallWatch, LiveCalls } from '#call-host';
import type { CallRecords } from '#call-record';
import type { Faults } from '#faults';
import type { MediaOptions } from '#media-edge';
import type { NumberParty, NumberRoute } from '#options';
import type { Log } from '#platform';
import type { ServiceRecords } from '#service-records';
import type { SipEdgeOptions } from '#sip-edge';
import type { Activity } from '#web';
import type { EmulatedCloud } from './emulated-cloud.ts';

/** What `startCallServer` takes. */
export interface CallServerOptions {
  /** Where telephones reach us. */
  address: string;
  sipPort: number;
  /** SIP over TLS, and who may register what. */
  sip?: Pick<SipEdgeOptions, 'tls' | 'registrar'>;
  cloud: EmulatedCloud;
  activity: Activity;
  /** Faults that are switched on by hand. */
  faults?: Faults;
  /** Told of each call, for the person at the terminal. */
  report: CallReport;
  /** Keeps word of the calls in progress. */
  liveCalls: LiveCalls;
  region: string;
  /** Where recordings are kept until they are in their bucket. */
  recordingsFolder: string;
  /** Where calls of applications to these numbers go. */
  routes?: readonly NumberRoute[];
  /** What the test party does at numbers that have neither route nor telephone. */
  parties?: () => readonly NumberParty[];
  /** Records the calls. */
  records?: CallRecords;
  /** Who else hears of each change of a call. */
  watches?: readonly CallWatch[];
  /** Keeps detail records and message logs. */
  serviceRecords?: ServiceRecords;
  /** Milliseconds without a sign of life from a telephone that should send; default 60 000. */
  mediaLostAfterMs?: number;
  /** How sound travels; `batched` where that is possible unless given. */
  sockets?: NonNullable<MediaOptions['sockets']>;
  /** Times of the SIP stack that are not the usual ones. */
  sipTimers?: SipEdgeOptions['timers'];
  log: Log;
}
