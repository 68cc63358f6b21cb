import type { ApplicationSource } from './application-source.ts';
import type { NumberRoute } from './number-route.ts';
import type { NumberParty } from './party-script.ts';

/** What `npm start -- …` was given. */
export interface StartOptions {
  /** The account's Region, e.g. `us-west-2`. */
  region: string;
  /** Page and API; 0: any free port. */
  port: number;
  /** SIP over UDP and TCP; 0: any free port. */
  sipPort: number;
  /** SIP over TLS; 0: any free port; absent: none. */
  sipTlsPort?: number;
  /** Emulated AWS APIs; 0: any free port. */
  awsPort: number;
  /** Folder of everything that survives a restart. */
  dataDirectory: string;
  /** Keep nothing: the data folder is temporary and removed at exit. */
  ephemeral: boolean;
  /** Telephones on the local network may call; the page, the API and AWS stay on the loopback. */
  lan: boolean;
  /** File that tells scripts where everything is; `.local/endpoints.json` unless told otherwise. */
  endpointsFile: string;
  /** The application to run; empty: the one that this command line has, if any. */
  source: ApplicationSource;
  /** Print each event of a call and its answer in one line; so by default. */
  events?: boolean;
  /** Keep pressed keys in the records of calls; by default they are masked. */
  recordKeys?: boolean;
  /** Where calls of applications to these numbers go. */
  routes: NumberRoute[];
  /** Files of bots, for StartBotConversation. */
  bots: string[];
  /** What the built-in test party does at numbers that have neither route nor telephone. */
  parties: NumberParty[];
  /** Carry sound by Node's own sockets, though the library that sends and receives in batches could be had. */
  nodeSockets?: boolean;
  /** Start functions when they are first invoked, and none ahead. */
  functionsOnDemand?: boolean;
  /** Hosts that functions may reach; nothing else leaves this machine. */
  allowNetwork: readonly string[];
  /** Run no application: an account to deploy to. */
  empty: boolean;
  /** Enforce the default quotas of an account, those of Chime's operations among them. */
  quotas: boolean;
  verbose: boolean;
  help: boolean;
}
