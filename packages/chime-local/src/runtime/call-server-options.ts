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

/** The options of `startCallServer`. */
export interface CallServerOptions {
  /** The address at which telephones reach this server. */
  address: string;
  sipPort: number;
  /** SIP over TLS, and the rules of registration. */
  sip?: Pick<SipEdgeOptions, 'tls' | 'registrar'>;
  cloud: EmulatedCloud;
  activity: Activity;
  /** Faults that are switched on by hand. */
  faults?: Faults;
  /** Reports each call on the terminal. */
  report: CallReport;
  /** Keeps the calls in progress on disk. */
  liveCalls: LiveCalls;
  region: string;
  /** Folder in which recordings are kept until they are in their bucket. */
  recordingsFolder: string;
  /** Routes for calls of applications to certain numbers. */
  routes?: readonly NumberRoute[];
  /** The scripts of the test party for numbers that have neither a route nor a telephone. */
  parties?: () => readonly NumberParty[];
  /** The call records. */
  records?: CallRecords;
  /** Further observers of each change of a call. */
  watches?: readonly CallWatch[];
  /** Keeps detail records and message logs. */
  serviceRecords?: ServiceRecords;
  /** Milliseconds without packets from a telephone that should send before it is asked; default 60 000. */
  mediaLostAfterMs?: number;
  /** How media packets travel; default: `batched` where possible. */
  sockets?: NonNullable<MediaOptions['sockets']>;
  /** Timers of the SIP stack that differ from the defaults. */
  sipTimers?: SipEdgeOptions['timers'];
  log: Log;
}
