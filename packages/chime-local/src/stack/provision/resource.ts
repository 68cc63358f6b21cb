import type { IssuerClient } from '#gateway';
import type { FunctionSpec } from '#lambda-runner';
import type { Log } from '#platform';
import type { ApiRegistry } from '../../web/api-registry.ts';
import type { FileAsset } from '../template/template.ts';

/** What a resource came to be; kept on disk, so that the next start knows what is there already. */
export interface ResourceState {
  type: string;
  /** What `Ref` gives. */
  physicalId: string;
  /** What `Fn::GetAtt` gives. */
  attributes: Record<string, unknown>;
  /** Resolved properties, as last applied. */
  properties: Record<string, unknown>;
}

/** One resource to make, or to bring up to date. */
export interface ResourceRequest {
  logicalId: string;
  type: string;
  properties: Record<string, unknown>;
  /** From the last start; undefined when new. */
  previous?: ResourceState;
  /** The resolved properties are the same as last time. */
  unchanged: boolean;
}

/** How this machine answers to the names that a template uses of the cloud. */
export interface Home {
  region: string;
  accountId: string;
  stackName: string;
  /** e.g. `http://127.0.0.1:4280`. */
  consoleOrigin: string;
  /** Base URL of an HTTP API, no slash at the end. */
  apiUrl: string;
  issuerUrl: string;
}

/** The parts of the runtime that resources are made in. */
export interface Workshop {
  home: Home;
  log: Log;
  asset(key: string): FileAsset | undefined;
  buckets: {
    create(name: string): Promise<void>;
    setPolicy(name: string, policy: unknown): Promise<void>;
    put(bucket: string, key: string, body: Buffer, contentType: string): Promise<void>;
  };
  tables: { ensure(input: Record<string, unknown>, timeToLive?: string): Promise<void> };
  functions: {
    define(spec: Omit<FunctionSpec, 'credentials'>): void;
    allow(permission: { functionName: string; principal: string; sourceArn?: string }): void;
    invoke(arn: string, payload: string): Promise<{ payload: string; functionError?: string }>;
  };
  /** Makes, updates or adopts an SMA through the emulated API, as CloudFormation would; returns its id. */
  sipMediaApplication(
    request: { name: string; functionArn: string; awsRegion: string },
    previous: { id: string; unchanged: boolean } | undefined,
  ): Promise<string>;
  api: Pick<ApiRegistry, 'addApi' | 'addAuthorizer' | 'addIntegration' | 'addRoute'>;
  addIssuerClient(client: IssuerClient): void;
  /** The bucket that the page is served from. */
  servePage(bucket: string): void;
}

/** Makes resources of one type. */
export interface ResourceMaker {
  readonly types: readonly string[];
  make(
    request: ResourceRequest,
    workshop: Workshop,
  ): Promise<Pick<ResourceState, 'physicalId' | 'attributes'>>;
  /** The resource vanished from the template. Absent: what it made is kept. */
  remove?(logicalId: string, state: ResourceState, workshop: Workshop): Promise<void>;
}

/** A name that is stable from start to start, in the form `<stack>-<logical id>`. */
export function physicalName(workshop: Workshop, logicalId: string): string {
  return `${workshop.home.stackName}-${logicalId}`;
}
