/** Voice Connector groups: the order in which their connectors are tried. */
import { ApiError } from '../../rest/api-error.ts';
import { byCreation, pageOf } from '../../rest/paging.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { conflict, notFound } from '../errors.ts';
import { QUOTAS } from '../quotas.ts';
import { DEFAULT_PAGE } from './applications.ts';
import { type ConnectorsOptions, existing } from './connectors.ts';
import { isAssigned } from './number-assignments.ts';
import { type ConnectorGroupRecord, isoTime, type VoiceRecords } from './records.ts';

interface Item {
  VoiceConnectorId: string;
  Priority?: number;
}
interface Group {
  Name: string;
  VoiceConnectorItems?: Item[];
}
interface ById {
  VoiceConnectorGroupId: string;
}

/** @throws ApiError if the group does not exist. */
export function existingGroup({ connectorGroups }: VoiceRecords, id: string): ConnectorGroupRecord {
  const found = connectorGroups.get(id);
  if (!found) throw notFound('Voice Connector group', id);
  return found;
}

export function connectorGroupHandlers(options: ConnectorsOptions): Record<string, OperationHandler> {
  const { records, clock, ids, accountId, quotas } = options;
  const { connectorGroups: groups } = records;
  const get = (id: string): ConnectorGroupRecord => existingGroup(records, id);
  return {
    createVoiceConnectorGroup: (input: Group) => {
      if (quotas === 'aws' && groups.values().length >= QUOTAS.voiceConnectorGroups) {
        const message = `The account has ${QUOTAS.voiceConnectorGroups} Voice Connector groups, which is its quota`;
        throw new ApiError(400, 'ResourceLimitExceededException', message);
      }
      const id = ids.hex(11);
      const now = clock.now();
      const arn = `arn:aws:chime:us-east-1:${accountId}:vcg/${id}`;
      const items = itemsOf(records, input.VoiceConnectorItems);
      const record = { id, arn, name: input.Name, items, createdAt: now, updatedAt: now };
      groups.set(id, record);
      return { VoiceConnectorGroup: show(record) };
    },
    getVoiceConnectorGroup: (input: ById) => ({
      VoiceConnectorGroup: show(get(input.VoiceConnectorGroupId)),
    }),
    listVoiceConnectorGroups: (input: { MaxResults?: number; NextToken?: string }) => {
      const key = (record: ConnectorGroupRecord): string => byCreation(record.createdAt, record.id);
      const page = pageOf(groups.values(), key, input.MaxResults ?? DEFAULT_PAGE, input.NextToken);
      return { VoiceConnectorGroups: page.items.map(show), NextToken: page.nextToken };
    },
    updateVoiceConnectorGroup: (input: ById & Group) => {
      const items = itemsOf(records, input.VoiceConnectorItems);
      const before = get(input.VoiceConnectorGroupId);
      const after = { ...before, name: input.Name, items, updatedAt: clock.now() };
      groups.set(after.id, after);
      return { VoiceConnectorGroup: show(after) };
    },
    deleteVoiceConnectorGroup: (input: ById) => {
      const { id, items } = get(input.VoiceConnectorGroupId);
      if (items.length > 0)
        throw conflict(`Voice Connector group ${id} has Voice Connectors; remove them first`);
      const number = records.numbers.values().find((one) => isAssigned(one, 'VoiceConnectorGroupId', id));
      if (number)
        throw conflict(`The phone number ${number.number} is associated with ${id}; disassociate it`);
      groups.delete(id);
      return undefined;
    },
  };
}

/** Converts the items of a request and checks that each connector exists. */
function itemsOf(records: VoiceRecords, items: Item[] = []): ConnectorGroupRecord['items'] {
  return items.map(({ VoiceConnectorId, Priority = 1 }) => ({
    id: existing(records, VoiceConnectorId).id,
    priority: Priority,
  }));
}

function show(record: ConnectorGroupRecord): object {
  return {
    VoiceConnectorGroupId: record.id,
    Name: record.name,
    VoiceConnectorItems: record.items.map(({ id, priority }) => ({
      VoiceConnectorId: id,
      Priority: priority,
    })),
    CreatedTimestamp: isoTime(record.createdAt),
    UpdatedTimestamp: isoTime(record.updatedAt),
    VoiceConnectorGroupArn: record.arn,
  };
}
