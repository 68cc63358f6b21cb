import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_REGION, type NumberParty, type NumberRoute, parseParty, parseRoute } from '#options';
import { UserError } from '#platform';
import { applicationSource } from './application-source.ts';
import type { ChimeLocalOptions } from './chime-local-options.ts';
import type { Endpoints } from './endpoints.ts';
import { lineReporter } from './reporter.ts';
import { startRuntime } from './runtime.ts';

/** A running stack. */
export interface ChimeLocal {
  /** Where everything is: pages, API, AWS APIs with credentials, SIP, the number to dial. */
  endpoints: Endpoints;
  /** Ends calls with BYE, lets functions be told, and closes every port and process. */
  stop(): Promise<void>;
}

/** Parses a route. @throws UserError */
function readRoute(text: string): NumberRoute {
  const route = parseRoute(text);
  if (!route)
    throw new UserError(`routes has ${JSON.stringify(text)}; each is written NUMBER=sip:HOST:PORT.`);
  return route;
}

/** Parses a test party. @throws UserError */
function readParty(text: string): NumberParty {
  const party = parseParty(text);
  if (!party)
    throw new UserError(
      `parties has ${JSON.stringify(text)}; each is written NUMBER=SCRIPT, with a script such as busy or "ring 2; answer; say Hello".`,
    );
  return party;
}

/**
 * Runs the stack of a cloud assembly on this machine. Resolves when telephones can call.
 * @throws an error whose message says what is wrong and what to do: a port in use, a folder that cannot be
 * written, an assembly that cannot be read.
 */
export async function startChimeLocal(options: ChimeLocalOptions): Promise<ChimeLocal> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-start-'));
  const forget = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { endpoints, stop } = await startRuntime(
      {
        region: options.region ?? DEFAULT_REGION,
        port: options.port ?? 0,
        sipPort: options.sipPort ?? 0,
        awsPort: options.awsPort ?? 0,
        dataDirectory: path.resolve(options.dataDirectory ?? folder),
        ephemeral: options.dataDirectory === undefined,
        lan: options.lan ?? false,
        endpointsFile: path.resolve(options.endpointsFile ?? path.join(folder, 'endpoints.json')),
        source: applicationSource(options),
        events: false,
        recordKeys: options.recordKeys ?? false,
        routes: (options.routes ?? []).map(readRoute),
        parties: (options.parties ?? []).map(readParty),
        bots: (options.bots ?? []).map((file) => path.resolve(file)),
        nodeSockets: options.nodeSockets ?? false,
        functionsOnDemand: options.functionsOnDemand ?? false,
        allowNetwork: [...(options.allowNetwork ?? [])],
        empty: options.empty ?? false,
        quotas: options.quotas ?? false,
        verbose: false,
        help: false,
      },
      lineReporter(options.onLine ?? (() => {})),
      options.signal ?? new AbortController().signal,
      options.application,
    );
    return { endpoints, stop: () => stop().finally(forget) };
  } catch (error) {
    forget();
    throw error;
  }
}
