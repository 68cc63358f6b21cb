import type { CallControl, Credentials, MeetingObserver, QuotaMode } from '#aws';
import type { Bot } from '#bots';
import type { Faults } from '#faults';
import type { PythonInterpreter, PythonPackages, RuntimePackages } from '#lambda-runner';
import type { Log } from '#platform';
import type { HostedParts, ProviderServices } from '#provision';
import type { DiskTrouble } from './disk-trouble.ts';

/** The options of `startCloud`. */
export interface CloudOptions {
  dataDirectory: string;
  /** Keeps the tables in memory, and ignores those in the data folder. */
  tablesInMemory?: boolean;
  /** What happens to functions before their first invocation; by default their processes are started. */
  functionsAhead?: 'started' | 'built' | 'no';
  /** Milliseconds from an order of phone numbers to its completion. */
  orderMs?: number;
  /** Is told when files cannot be written. */
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
  /** Installs packages of Lambda's images that `nodeModules` lacks. */
  packages: RuntimePackages;
  /** Packages that Python functions need in addition. */
  pythonPackages: PythonPackages;
  calls: CallControl;
  observer: MeetingObserver;
  /** The signalling address for meeting clients: `ws://host:port`. */
  mediaBaseUrl: string;
  log: Log;
  /**
   * Receives a line that a function printed. `quiet`: the function handles custom resources, and its output
   * interests few.
   */
  onFunctionLine(functionName: string, text: string, requestId: string | undefined, quiet: boolean): void;
  /** Called when something was written to a table. */
  onTablesChanged?(): void;
  /** What stacks host on this machine. */
  hosted: HostedParts;
  home: Omit<ProviderServices['home'], 'region' | 'accountId'>;
  /** Faults that are switched on by hand. */
  faults?: Faults;
  /** Finds files of the assembly with which the runtime was started. */
  asset: ProviderServices['asset'];
}
