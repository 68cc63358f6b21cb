import type { ApplicationSource } from './application-source.ts';
import type { NumberRoute } from './number-route.ts';
import type { NumberParty } from './party-script.ts';

/** The options of `npm start -- …`. */
export interface StartOptions {
  /** The account's Region, e.g. `us-west-2`. */
  region: string;
  /** Port of the page and the API; 0: any free port. */
  port: number;
  /** Port of SIP over UDP and TCP; 0: any free port. */
  sipPort: number;
  /** Port of SIP over TLS; 0: any free port; absent: none. */
  sipTlsPort?: number;
  /** Port of the emulated AWS APIs; 0: any free port. */
  awsPort: number;
  /** Folder that holds everything that survives a restart. */
  dataDirectory: string;
  /** Keep nothing: the data folder is temporary and removed at exit. */
  ephemeral: boolean;
  /** Telephones on the local network may call; the page, the API and AWS stay on the loopback. */
  lan: boolean;
  /** File that tells scripts the address of every service; `.local/endpoints.json` by default. */
  endpointsFile: string;
  /** The application to run; if empty, the command line's own application, if it has one. */
  source: ApplicationSource;
  /** Print each event of a call and its answer in one line; this is the default. */
  events?: boolean;
  /** Keep pressed keys in the records of calls; by default they are masked. */
  recordKeys?: boolean;
  /** Where applications' calls to certain numbers go. */
  routes: NumberRoute[];
  /** Files that define bots for StartBotConversation. */
  bots: string[];
  /** What the built-in test party does at numbers that have neither route nor telephone. */
  parties: NumberParty[];
  /** Carry sound over Node's own sockets even if the library that sends and receives in batches is available. */
  nodeSockets?: boolean;
  /** Start functions when they are first invoked, not in advance. */
  functionsOnDemand?: boolean;
  /** Hosts that functions may reach; nothing else leaves this machine. */
  allowNetwork: readonly string[];
  /** Run no application, only an account to deploy to. */
  empty: boolean;
  /** Enforce the default quotas of an account, including those of Chime's operations. */
  quotas: boolean;
  verbose: boolean;
  help: boolean;
}
