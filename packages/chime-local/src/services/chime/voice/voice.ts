/** Chime SDK Voice: the API, and the directory in which the runtime looks up the route of a call. */
import type { Clock, Ids, Journal } from '#platform';
import { loadServiceModel } from '../../model/service-model.ts';
import type { CallControl, CallRoute, ConnectorRoute, VoiceDirectory } from '../../ports.ts';
import { ApiError } from '../../rest/api-error.ts';
import { createRestApi, type OperationHandler, type RestApi } from '../../rest/rest-api.ts';
import { notFound } from '../errors.ts';
import { createRateMeter, type QuotaMode, VOICE_RATES } from '../quotas.ts';
import { createTagStore, type Tag, type TagStore } from '../tags.ts';
import { applicationHandlers } from './applications.ts';
import { callHandlers, isOwned } from './calls.ts';
import { connectorCredentialHandlers } from './connector-credentials.ts';
import { connectorGroupHandlers, existingGroup } from './connector-groups.ts';
import { connectorSettingHandlers } from './connector-settings.ts';
import { connectorHandlers, connectorOfHost, existing } from './connectors.ts';
import { cdrBucketOf, globalSettingsHandlers } from './global-settings.ts';
import { assignmentHandlers, batchHandlers } from './number-assignments.ts';
import { e164 } from './number-inventory.ts';
import { numberHandlers, orderHandlers } from './numbers.ts';
import { createVoiceRecords, enabledRuleOf, type RuleRecord, type VoiceRecords } from './records.ts';
import { ruleHandlers } from './rules.ts';

/**
 * Milliseconds until an order's numbers are available: long enough that a client which does not wait notices
 * it.
 */
export const DEFAULT_ORDER_MS = 200;

export interface ChimeVoiceOptions {
  /** The journal that persists the state. */
  journal: Journal;
  accountId: string;
  /** Creates and updates the calls. */
  calls: CallControl;
  clock: Clock;
  ids: Ids;
  /** Default `off`. */
  quotas?: QuotaMode | undefined;
  /** Milliseconds until an order's numbers are available. */
  orderMs?: number;
  /**
   * Permits the service to invoke a function for an application. Real AWS asks Lambda for this permission
   * with the rights of the caller that creates the application: AWS's constructs grant that caller
   * `lambda:GetPolicy` and `lambda:AddPermission`, and create no permission of their own.
   */
  permit?: (functionArn: string, applicationArn: string) => void;
}

export interface ChimeVoice {
  api: RestApi;
  directory: VoiceDirectory;
}

export function createChimeVoice(options: ChimeVoiceOptions): ChimeVoice {
  const { accountId, calls, clock, ids, quotas = 'off', orderMs = DEFAULT_ORDER_MS } = options;
  const records = createVoiceRecords(options.journal);
  const tooManyTags = (message: string) => new ApiError(400, 'ResourceLimitExceededException', message);
  const tags = createTagStore(records.tags, tooManyTags);
  const rates = createRateMeter(clock, (operation) => VOICE_RATES[operation]);
  const connectors = { records, tags, accountId, clock, ids, quotas };
  const numbers = { records, clock, ids, quotas, orderMs };
  const oneNumber = numberHandlers(numbers);
  const api = createRestApi({
    model: loadServiceModel('chime-sdk-voice'),
    handlers: {
      ...applicationHandlers({ records, tags, accountId, clock, ids, quotas, permit: options.permit }),
      ...callHandlers({ records, calls, clock }),
      ...ruleHandlers({ records, clock, ids }),
      ...orderHandlers(numbers),
      ...oneNumber,
      ...batchHandlers(oneNumber),
      ...assignmentHandlers(records, () => clock.now(), {
        VoiceConnectorId: (id) => existing(records, id),
        VoiceConnectorGroupId: (id) => existingGroup(records, id),
      }),
      ...connectorHandlers(connectors),
      ...connectorSettingHandlers(records),
      ...connectorCredentialHandlers(records),
      ...connectorGroupHandlers(connectors),
      ...globalSettingsHandlers({ records, clock }),
      ...tagHandlers(records, tags),
    },
    admit(operation) {
      if (quotas === 'off' || rates.take(operation)) return;
      const message = `${operation} is used more than ${VOICE_RATES[operation]} times a second`;
      throw new ApiError(429, 'ThrottledClientException', message);
    },
  });
  return { api, directory: directoryOf(records, clock) };
}

function tagHandlers(records: VoiceRecords, tags: TagStore): Record<string, OperationHandler> {
  const known = (arn: string): string => {
    const taggable = [...records.applications.values(), ...records.connectors.values()];
    if (!taggable.some((record) => record.arn === arn)) throw notFound('resource', arn);
    return arn;
  };
  return {
    tagResource: (input: { ResourceARN: string; Tags: Tag[] }) => {
      tags.tag(known(input.ResourceARN), input.Tags);
      return undefined;
    },
    untagResource: (input: { ResourceARN: string; TagKeys: string[] }) => {
      tags.untag(known(input.ResourceARN), input.TagKeys);
      return undefined;
    },
    listTagsForResource: (input: { ResourceARN: string }) => ({ Tags: tags.list(known(input.ResourceARN)) }),
  };
}

function directoryOf(records: VoiceRecords, clock: Clock): VoiceDirectory {
  return {
    routeForNumber(number) {
      const dialled = e164(number);
      const rule = records.numbers.has(dialled) ? enabledRuleOf(records, dialled) : undefined;
      return rule && routeOf(records, rule);
    },
    routeForHost(host) {
      const rule = connectorOfHost(records, host) && enabledRuleOf(records, host.toLowerCase());
      return rule && routeOf(records, rule);
    },
    connector: (arn) => connectorRoutesOf(records, arn),
    cdrBucket: () => cdrBucketOf(records),
    logsMessages: (id) => records.applications.get(id)?.messageLogs ?? false,
    nameOfNumber: (number) => records.numbers.get(e164(number))?.name,
    routedNumbers: () =>
      records.numbers
        .values()
        .map(({ number }) => number)
        .filter((number) => enabledRuleOf(records, number)),
    owns: (number) => isOwned({ records, clock }, e164(number)),
    applicationIds: () => records.applications.values().map(({ id }) => id),
    endpoints: () => records.applications.values().map(({ functionArn }) => functionArn),
    applicationOf(number) {
      const rule = enabledRuleOf(records, e164(number));
      const [first] = rule ? routeOf(records, rule).targets : [];
      return first && records.applications.get(first.sipMediaApplicationId)?.name;
    },
  };
}

/** A value above every priority that a route can have (API reference: OriginationRoute). */
const RANKS_OF_A_MEMBER = 1_000;

/** The routes of a Voice Connector, or of a group whose members are tried by priority; looked up by ARN. */
function connectorRoutesOf(records: VoiceRecords, arn: string): ConnectorRoute[] | undefined {
  const group = records.connectorGroups.values().find((record) => record.arn === arn);
  const members = group
    ? [...group.items]
        .sort((a, b) => a.priority - b.priority)
        .flatMap(({ id }) => records.connectors.get(id) ?? [])
    : records.connectors.values().filter((record) => record.arn === arn);
  if (members.length === 0 && !group) return undefined;
  return members.flatMap(({ id, origination }, member) => {
    const routes = origination && !origination.Disabled ? [...origination.Routes] : [];
    routes.sort((a, b) => a.Priority - b.Priority);
    return routes.map(({ Host: host, Port: port, Protocol, Priority, Weight: weight }) => ({
      connectorId: id,
      host,
      port,
      transport: Protocol === 'TCP' ? ('tcp' as const) : ('udp' as const),
      rank: member * RANKS_OF_A_MEMBER + Priority,
      weight,
    }));
  });
}

/** The targets ordered by priority, lowest number first. */
function routeOf(records: VoiceRecords, rule: RuleRecord): CallRoute {
  const byPriority = [...rule.targets].sort((a, b) => a.Priority - b.Priority);
  return {
    sipRuleId: rule.id,
    targets: byPriority.flatMap(({ SipMediaApplicationId: id, AwsRegion: awsRegion }) => {
      const application = records.applications.get(id);
      return application
        ? [{ sipMediaApplicationId: id, awsRegion, functionArn: application.functionArn }]
        : [];
    }),
  };
}
