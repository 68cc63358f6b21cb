import type { ExistingResource, PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import type { CodeSource } from '#code';
import type { FunctionSpec } from '#lambda-runner';
import { codeOf, type FunctionCode, withoutImages } from './function-code.ts';
import { CHIME_PRINCIPAL } from './hosted-parts.ts';
import { functionNameOf, qualifierProviders } from './qualifiers.ts';
import { type ProviderServices, textOf } from './services.ts';

/** Lambda's defaults for what the template omits. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;
const DEFAULT_STORAGE_MEGABYTES = 512;
/** Lambda's limit for the length of a function's name, in characters. */
const MAX_FUNCTION_NAME = 64;
/** Lambda's limit for the length of a layer's name, in characters. */
const MAX_LAYER_NAME = 140;

/** The content of layers by ARN, and the requested ARNs that no stack here has. */
interface Layers {
  content: Map<string, CodeSource>;
  unknown: Set<string>;
}

/** The content of a function's layers; a missing layer is reported once. */
function layersOf(arns: unknown, layers: Layers, { log }: ProviderServices): CodeSource[] {
  const found: CodeSource[] = [];
  for (const arn of Array.isArray(arns) ? arns.map(String) : []) {
    const content = layers.content.get(arn);
    if (content) found.push(content);
    else if (!layers.unknown.has(arn)) {
      layers.unknown.add(arn);
      log.warn(`The layer ${arn} is of no stack here: functions that name it run without it.`);
    }
  }
  return found;
}

function layerProvider(services: ProviderServices, { content }: Layers): ResourceProvider {
  const { region, accountId } = services.home;
  const add = async (arn: string, logicalId: string, properties: Record<string, unknown>): Promise<void> => {
    content.set(arn, await codeOf(logicalId, properties.Content as FunctionCode | undefined, '', services));
  };
  const made = (arn: string): PhysicalResource => ({ physicalId: arn, attributes: { LayerVersionArn: arn } });
  return {
    types: ['AWS::Lambda::LayerVersion'],
    // A version is immutable: every property of it is "Update requires: Replacement".
    replacedBy: 'all',
    async create({ logicalId, properties, newName }) {
      const name = String(properties.LayerName ?? newName(MAX_LAYER_NAME));
      const layer = `arn:aws:lambda:${region}:${accountId}:layer:${name}`;
      let version = 1;
      while (content.has(`${layer}:${version}`)) version++;
      await add(`${layer}:${version}`, logicalId, properties);
      return made(`${layer}:${version}`);
    },
    async restore({ physicalId, logicalId, properties }) {
      await add(physicalId, logicalId, properties);
      return made(physicalId);
    },
    async delete({ physicalId }) {
      content.delete(physicalId);
    },
  };
}

/** Runtimes that can run here. */
const RUNS_HERE = /^(nodejs|python|provided)/;

/**
 * Why a function can never run here, as a sentence; undefined if it can. The rest of its stack is still
 * created.
 */
function whyNot(logicalId: string, { Code, Runtime }: Record<string, unknown>): string | undefined {
  if ((Code as FunctionCode | undefined)?.ImageUri !== undefined) return withoutImages(logicalId);
  const runtime = textOf(Runtime);
  if (RUNS_HERE.test(runtime)) return undefined;
  return `${logicalId} is for ${runtime || 'no runtime'}, which does not run here (nodejs, python and provided do): whoever invokes it gets an error.`;
}

function functionProvider(services: ProviderServices, layers: Layers): ResourceProvider {
  const { functions, credentials, home, functionPolicies } = services;
  const define = async (
    name: string,
    { logicalId, properties }: ResourceRequest,
  ): Promise<PhysicalResource> => {
    const arn = `arn:aws:lambda:${home.region}:${home.accountId}:function:${name}`;
    const variables = (properties.Environment as { Variables?: Record<string, unknown> })?.Variables ?? {};
    const runtime = textOf(properties.Runtime);
    const code = await codeOf(logicalId, properties.Code as FunctionCode | undefined, runtime, services);
    const roleArn = textOf(properties.Role);
    const { Size: storage } = (properties.EphemeralStorage ?? {}) as { Size?: unknown };
    const { LogGroup: logGroup } = (properties.LoggingConfig ?? {}) as { LogGroup?: unknown };
    const layerContents = layersOf(properties.Layers, layers, services);
    const spec: FunctionSpec = {
      functionName: name,
      arn,
      runtime,
      handler: textOf(properties.Handler),
      environment: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
      timeoutSeconds: Number(properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS),
      memoryMegabytes: Number(properties.MemorySize ?? DEFAULT_MEMORY_MEGABYTES),
      ephemeralStorageMegabytes: Number(storage ?? DEFAULT_STORAGE_MEGABYTES),
      ...(logGroup ? { logGroup: String(logGroup) } : {}),
      code,
      layers: async () =>
        (await Promise.all(layerContents.map((content) => content()))).map(({ directory }) => directory),
      credentials: credentials.issue(name, roleArn || undefined),
    };
    const lacking = whyNot(logicalId, properties);
    if (lacking) services.log.warn(lacking);
    functions.define(spec);
    return { physicalId: name, attributes: { Arn: arn, 'SnapStartResponse.ApplyOn': 'None' } };
  };
  return {
    types: ['AWS::Lambda::Function'],
    replacedBy: ['FunctionName', 'PackageType'],
    nameProperty: 'FunctionName',
    async create(request) {
      const name = String(request.properties.FunctionName ?? request.newName(MAX_FUNCTION_NAME));
      if (functions.find(name)) throw new Error(`Function already exist: ${name}`);
      return define(name, request);
    },
    update: (request, { physicalId }) => define(physicalId, request),
    restore: ({ physicalId }, request) => define(physicalId, request),
    async delete({ physicalId }) {
      functions.remove(physicalId);
      functionPolicies.forget(physicalId);
      credentials.revoke(physicalId);
    },
  };
}

function permissionProvider({ functionPolicies, functions }: ProviderServices): ResourceProvider {
  const allow = (id: string, { properties }: Pick<ExistingResource, 'properties'>): void => {
    const functionName = functionNameOf(textOf(properties.FunctionName));
    const principal = textOf(properties.Principal);
    functionPolicies.allow(functionName, {
      id,
      principal,
      action: textOf(properties.Action, 'lambda:InvokeFunction'),
      ...(properties.SourceArn ? { sourceArn: String(properties.SourceArn) } : {}),
      ...(properties.SourceAccount ? { sourceAccount: String(properties.SourceAccount) } : {}),
    });
    // Its process starts while the rest of the stack is created, because a first call would wait for it.
    if (principal === CHIME_PRINCIPAL) void functions.warm(textOf(properties.FunctionName), true);
  };
  const remove = ({ physicalId, properties }: ExistingResource): void =>
    functionPolicies.remove(functionNameOf(textOf(properties.FunctionName)), physicalId);
  return {
    types: ['AWS::Lambda::Permission'],
    // Every property is "Update requires: Replacement".
    replacedBy: 'all',
    async create(request) {
      const id = request.newName();
      allow(id, request);
      return { physicalId: id, attributes: { Id: id } };
    },
    async restore(existing) {
      allow(existing.physicalId, existing);
      return existing;
    },
    async delete(existing) {
      remove(existing);
    },
  };
}

export function functionProviders(services: ProviderServices): ResourceProvider[] {
  const layers: Layers = { content: new Map(), unknown: new Set() };
  return [
    layerProvider(services, layers),
    functionProvider(services, layers),
    ...qualifierProviders(services),
    permissionProvider(services),
  ];
}
