/** Voice Connectors: SIP trunks and the routes of calls to them. */
import type { Clock, Ids } from '#platform';
import { ApiError } from '../../rest/api-error.ts';
import { byCreation, pageOf } from '../../rest/paging.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { QUOTAS, type QuotaMode } from '../quotas.ts';
import type { Tag, TagStore } from '../tags.ts';
import { DEFAULT_PAGE } from './applications.ts';
import { isAssigned } from './number-assignments.ts';
import { type ConnectorRecord, isoTime, type OriginationRoute, type VoiceRecords } from './records.ts';

/** The suffix of the host names of Voice Connectors. DG: Voice Connector settings. */
const HOST_SUFFIX = '.voiceconnector.chime.aws';
/** Length of an id made of letters and digits. M. */
const ID_LENGTH = 22;
const DEFAULT_REGION = 'us-east-1';
/** Defaults of a route without a port, protocol, priority or weight. API reference: OriginationRoute. */
const ROUTE_DEFAULTS = { Port: 5060, Protocol: 'UDP', Priority: 1, Weight: 1 } as const;
/** Maximum number of routes per connector. API reference: Origination. */
const MAX_ROUTES = 20;

export interface ConnectorsOptions {
  records: VoiceRecords;
  tags: TagStore;
  accountId: string;
  clock: Clock;
  ids: Ids;
  quotas: QuotaMode;
}

interface CreateConnector {
  Name: string;
  RequireEncryption: boolean;
  AwsRegion?: string;
  IntegrationType?: string;
  NetworkType?: string;
  Tags?: Tag[];
}
interface ById {
  VoiceConnectorId: string;
}
interface Paging {
  MaxResults?: number;
  NextToken?: string;
}
interface WrittenOrigination {
  Routes?: Partial<OriginationRoute>[];
  Disabled?: boolean;
}

export function connectorHandlers(options: ConnectorsOptions): Record<string, OperationHandler> {
  const { records, clock, tags } = options;
  const { connectors } = records;
  const get = (id: string): ConnectorRecord => existing(records, id);
  const change = (id: string, values: Partial<ConnectorRecord>): ConnectorRecord => {
    const after = { ...get(id), ...values, updatedAt: clock.now() };
    connectors.set(id, after);
    return after;
  };
  return {
    createVoiceConnector: (input: CreateConnector) => {
      const record = create(options, input);
      records.journal.atomically(() => {
        connectors.set(record.id, record);
        tags.tag(record.arn, input.Tags ?? []);
      });
      return { VoiceConnector: show(record) };
    },
    getVoiceConnector: (input: ById) => ({ VoiceConnector: show(get(input.VoiceConnectorId)) }),
    listVoiceConnectors: ({ MaxResults, NextToken }: Paging) => {
      const key = (record: ConnectorRecord): string => byCreation(record.createdAt, record.id);
      const page = pageOf(connectors.values(), key, MaxResults ?? DEFAULT_PAGE, NextToken);
      return { VoiceConnectors: page.items.map(show), NextToken: page.nextToken };
    },
    updateVoiceConnector: (input: ById & { Name: string; RequireEncryption: boolean }) => {
      const { VoiceConnectorId: id, Name: name, RequireEncryption: requireEncryption } = input;
      return { VoiceConnector: show(change(id, { name, requireEncryption })) };
    },
    deleteVoiceConnector: (input: ById) => {
      remove(options, get(input.VoiceConnectorId));
      return undefined;
    },
    putVoiceConnectorOrigination: (input: ById & { Origination: WrittenOrigination }) => {
      const origination = originationOf(input.Origination);
      change(input.VoiceConnectorId, { origination });
      return { Origination: origination };
    },
    getVoiceConnectorOrigination: (input: ById) => {
      const { origination } = get(input.VoiceConnectorId);
      if (!origination) throw notFound('origination of Voice Connector', input.VoiceConnectorId);
      return { Origination: origination };
    },
    deleteVoiceConnectorOrigination: (input: ById) => {
      const { origination: _, ...record } = get(input.VoiceConnectorId);
      connectors.set(record.id, { ...record, updatedAt: clock.now() });
      return undefined;
    },
  };
}

/** @throws ApiError if the connector does not exist. */
export function existing(records: VoiceRecords, id: string): ConnectorRecord {
  const found = records.connectors.get(id);
  if (!found) throw notFound('Voice Connector', id);
  return found;
}

/** The connector with this host name. Case does not matter (RFC 3261 section 19.1.4). */
export function connectorOfHost(records: VoiceRecords, host: string): ConnectorRecord | undefined {
  const wanted = host.toLowerCase();
  return records.connectors.values().find(({ id }) => hostOf(id) === wanted);
}

function create(options: ConnectorsOptions, input: CreateConnector): ConnectorRecord {
  const { records, clock, ids, accountId, quotas } = options;
  const region = input.AwsRegion ?? DEFAULT_REGION;
  const inRegion = records.connectors.values().filter((other) => other.region === region).length;
  if (quotas === 'aws' && inRegion >= QUOTAS.voiceConnectorsPerRegion) {
    const message = `The account has ${inRegion} Voice Connectors in ${region}, which is its quota`;
    throw new ApiError(400, 'ResourceLimitExceededException', message);
  }
  const id = ids.hex(ID_LENGTH / 2);
  const now = clock.now();
  return {
    id,
    arn: `arn:aws:chime:${region}:${accountId}:vc/${id}`,
    region,
    name: input.Name,
    requireEncryption: input.RequireEncryption,
    ...(input.IntegrationType ? { integrationType: input.IntegrationType } : {}),
    networkType: input.NetworkType ?? 'IPV4_ONLY',
    createdAt: now,
    updatedAt: now,
  };
}

/** Everything that routes calls to the connector must be removed first. */
function remove({ records, tags }: ConnectorsOptions, { id, arn }: ConnectorRecord): void {
  const rule = records.rules.values().find(({ triggerValue }) => triggerValue === hostOf(id));
  if (rule)
    throw conflict(`SIP rule ${rule.id} ("${rule.name}") takes calls of ${id}; delete the rule first`);
  const group = records.connectorGroups.values().find(({ items }) => items.some((item) => item.id === id));
  if (group)
    throw conflict(`Voice Connector group ${group.id} ("${group.name}") has ${id}; remove it there first`);
  const number = records.numbers.values().find((one) => isAssigned(one, 'VoiceConnectorId', id));
  if (number) throw conflict(`The phone number ${number.number} is associated with ${id}; disassociate it`);
  records.journal.atomically(() => {
    records.connectors.delete(id);
    tags.forget(arn);
  });
}

function originationOf({ Routes, Disabled }: WrittenOrigination): {
  Routes: OriginationRoute[];
  Disabled: boolean;
} {
  if (Routes === undefined && Disabled === undefined) {
    throw badRequest('Origination needs Routes or Disabled');
  }
  if ((Routes?.length ?? 0) > MAX_ROUTES)
    throw badRequest(`Origination.Routes has more than ${MAX_ROUTES} routes`);
  return {
    Routes: (Routes ?? []).map((route, index) => {
      const { Host } = route;
      if (!Host) throw badRequest(`Origination.Routes[${index}].Host is missing`);
      return { ...ROUTE_DEFAULTS, ...route, Host };
    }),
    Disabled: Disabled ?? false,
  };
}

const hostOf = (id: string): string => `${id}${HOST_SUFFIX}`;

function show(record: ConnectorRecord): object {
  return {
    VoiceConnectorId: record.id,
    AwsRegion: record.region,
    Name: record.name,
    OutboundHostName: hostOf(record.id),
    RequireEncryption: record.requireEncryption,
    CreatedTimestamp: isoTime(record.createdAt),
    UpdatedTimestamp: isoTime(record.updatedAt),
    VoiceConnectorArn: record.arn,
    ...(record.integrationType ? { IntegrationType: record.integrationType } : {}),
    NetworkType: record.networkType,
  };
}
