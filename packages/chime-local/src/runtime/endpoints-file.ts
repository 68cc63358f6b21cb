import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `.local/endpoints.json`: where a running stack is found, for scripts and tests. */
export interface Endpoints {
  /** URL of the application's web page; empty when it has none. */
  console: string;
  /** URL of the page with a telephone. */
  phone: string;
  /** URL of the page that lists calls and shows each. */
  calls: string;
  /** Base URL of the API's routes. */
  api: string;
  /** Value of the `Authorization` header for the API. */
  apiAuthorization: string;
  /** Base URL of the emulated AWS APIs. */
  awsEndpoint: string;
  /** Region and credentials for the emulated AWS APIs. They may do everything, as the person at the machine may. */
  awsRegion: string;
  awsAccessKeyId: string;
  awsSecretAccessKey: string;
  /** Where SIP is. `certificate`: a file for phones to trust on `tlsPort`; `password`: for phones that register from the network (`--lan`). */
  sip: { host: string; port: number; tlsPort?: number; certificate?: string; password?: string };
  /** The first of `phoneNumbers`, and the application that it leads to; empty when there is none. */
  phoneNumber: string;
  sipMediaApplicationId: string;
  /** Every number that leads to a SIP media application, with the application's id and name. */
  phoneNumbers: { phoneNumber: string; sipMediaApplicationId: string; name: string }[];
  /** Id of the process that runs all this. */
  pid: number;
}

/** Written whole or not at all, readable by its owner alone: it holds a token and a PIN. */
export class EndpointsFile {
  readonly path: string;

  constructor(file: string) {
    this.path = file;
  }

  write(endpoints: Endpoints): void {
    mkdirSync(path.dirname(this.path), { recursive: true });
    const temporary = `${this.path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.path);
  }

  /** The process that wrote the file and still runs, if any. */
  owner(): number | undefined {
    try {
      const { pid } = JSON.parse(readFileSync(this.path, 'utf8')) as Endpoints;
      process.kill(pid, 0);
      return pid === process.pid ? undefined : pid;
    } catch {
      return undefined;
    }
  }

  /** Removes what a process that was killed has left. Only for the process that holds the file's lock. */
  discard(): void {
    rmSync(this.path, { force: true });
  }

  /** Removes the file if it is this process's own. */
  remove(): void {
    try {
      const { pid } = JSON.parse(readFileSync(this.path, 'utf8')) as Endpoints;
      if (pid === process.pid) rmSync(this.path, { force: true });
    } catch {
      // Gone already, or not ours to judge.
    }
  }
}
