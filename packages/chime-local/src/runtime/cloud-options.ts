import type { CallControl, Credentials, MeetingObserver, QuotaMode } from '#aws';
import type { Bot } from '#bots';
import type { Faults } from '#faults';
import type { PythonInterpreter, PythonPackages, RuntimePackages } from '#lambda-runner';
import type { Log } from '#platform';
import type { HostedParts, ProviderServices } from '#provision';
import type { DiskTrouble } from './disk-trouble.ts';

/** What `startCloud` takes. */
export interface CloudOptions {
  dataDirectory: string;
  /** The tables end with the process; none that the data folder has are seen. */
  tablesInMemory?: boolean;
  /** What is done with functions before they are invoked: their processes are started by default. */
  functionsAhead?: 'started' | 'built' | 'no';
  /** Milliseconds from an order of numbers to the numbers. */
  orderMs?: number;
  /** Hears when files cannot be written. */
  disk: DiskTrouble;
  port: number;
  quotas: QuotaMode;
  region: string;
  /** Hosts that functions may reach. */
  allowNetwork: readonly string[];
  /** Bots that files describe. */
  bots?: readonly Bot[];
  credentials: Credentials;
  python: () => Promise<PythonInterpreter>;
  nodeModules: string;
  /** Brings packages that Lambda's images have and `nodeModules` has not. */
  packages: RuntimePackages;
  /** What Python functions ask for beyond that. */
  pythonPackages: PythonPackages;
  calls: CallControl;
  observer: MeetingObserver;
  /** Where meeting clients find the signalling: `ws://host:port`. */
  mediaBaseUrl: string;
  log: Log;
  /** `quiet`: the function makes custom resources, and tells much that nobody asked for. */
  onFunctionLine(functionName: string, text: string, requestId: string | undefined, quiet: boolean): void;
  /** Something was written to a table. */
  onTablesChanged?(): void;
  /** What stacks put in place here. */
  hosted: HostedParts;
  home: Omit<ProviderServices['home'], 'region' | 'accountId'>;
  /** Faults that are switched on by hand. */
  faults?: Faults;
  /** Finds files of the assembly that the runtime was started with. */
  asset: ProviderServices['asset'];
}
