/** SIP media applications: which Lambda function controls calls in which Region. */
import { VOICE_REGIONS } from 'pstn-audio';
import type { Clock, Ids } from '#platform';
import { ApiError } from '../../rest/api-error.ts';
import { byCreation, pageOf } from '../../rest/paging.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { QUOTAS, type QuotaMode } from '../quotas.ts';
import type { Tag, TagStore } from '../tags.ts';
import { type ApplicationRecord, isoTime, type VoiceRecords } from './records.ts';

/** Items per page if `max-results` is not given. */
export const DEFAULT_PAGE = 100;

export interface ApplicationsOptions {
  records: VoiceRecords;
  tags: TagStore;
  accountId: string;
  clock: Clock;
  ids: Ids;
  quotas: QuotaMode;
  /** See `ChimeVoiceOptions.permit`. */
  permit?: ((functionArn: string, applicationArn: string) => void) | undefined;
}

interface Endpoint {
  LambdaArn?: string;
}
interface ById {
  SipMediaApplicationId: string;
}
interface LoggingConfiguration {
  EnableSipMediaApplicationMessageLogs?: boolean;
}

export function applicationHandlers(options: ApplicationsOptions): Record<string, OperationHandler> {
  const { records, clock } = options;
  const { applications } = records;
  const get = (id: string): ApplicationRecord => {
    const found = applications.get(id);
    if (!found) throw notFound('SIP media application', id);
    return found;
  };
  return {
    createSipMediaApplication: (input: {
      AwsRegion: string;
      Name: string;
      Endpoints: Endpoint[];
      Tags?: Tag[];
    }) => {
      const record = create(options, input.AwsRegion, input.Name, input.Endpoints[0]);
      records.journal.atomically(() => {
        applications.set(record.id, record);
        options.tags.tag(record.arn, input.Tags ?? []);
      });
      options.permit?.(record.functionArn, record.arn);
      return { SipMediaApplication: show(record) };
    },
    getSipMediaApplication: (input: ById) => ({
      SipMediaApplication: show(get(input.SipMediaApplicationId)),
    }),
    listSipMediaApplications: (input: { MaxResults?: number; NextToken?: string }) => {
      const key = (record: ApplicationRecord): string => byCreation(record.createdAt, record.id);
      const page = pageOf(applications.values(), key, input.MaxResults ?? DEFAULT_PAGE, input.NextToken);
      return { SipMediaApplications: page.items.map(show), NextToken: page.nextToken };
    },
    updateSipMediaApplication: (input: ById & { Name?: string; Endpoints?: Endpoint[] }) => {
      const before = get(input.SipMediaApplicationId);
      const functionArn = input.Endpoints
        ? functionOf(input.Endpoints[0], before.region)
        : before.functionArn;
      const after = { ...before, name: input.Name ?? before.name, functionArn, updatedAt: clock.now() };
      applications.set(after.id, after);
      if (after.functionArn !== before.functionArn) options.permit?.(after.functionArn, after.arn);
      return { SipMediaApplication: show(after) };
    },
    deleteSipMediaApplication: (input: ById) => {
      remove(options, get(input.SipMediaApplicationId));
      return undefined;
    },
    ...settingHandlers(applications, get),
  };
}

/** The Get and Put operations on an application's settings. */
function settingHandlers(
  applications: VoiceRecords['applications'],
  get: (id: string) => ApplicationRecord,
): Record<string, OperationHandler> {
  return {
    getSipMediaApplicationLoggingConfiguration: (input: ById) =>
      showLogging(get(input.SipMediaApplicationId)),
    putSipMediaApplicationLoggingConfiguration: (
      input: ById & { SipMediaApplicationLoggingConfiguration?: LoggingConfiguration },
    ) => {
      const wanted = input.SipMediaApplicationLoggingConfiguration?.EnableSipMediaApplicationMessageLogs;
      const after = { ...get(input.SipMediaApplicationId), messageLogs: wanted ?? false };
      applications.set(after.id, after);
      return showLogging(after);
    },
    getSipMediaApplicationAlexaSkillConfiguration: (input: ById) => ({
      SipMediaApplicationAlexaSkillConfiguration: get(input.SipMediaApplicationId).alexaSkill,
    }),
    putSipMediaApplicationAlexaSkillConfiguration: (
      input: ById & { SipMediaApplicationAlexaSkillConfiguration?: object },
    ) => {
      const wanted = input.SipMediaApplicationAlexaSkillConfiguration;
      const { alexaSkill: _before, ...rest } = get(input.SipMediaApplicationId);
      applications.set(rest.id, { ...rest, ...(wanted ? { alexaSkill: wanted } : {}) });
      return { SipMediaApplicationAlexaSkillConfiguration: wanted };
    },
  };
}

function create(
  { records, clock, ids, accountId, quotas }: ApplicationsOptions,
  region: string,
  name: string,
  endpoint: Endpoint | undefined,
): ApplicationRecord {
  if (!VOICE_REGIONS.includes(region)) {
    throw badRequest(
      `AwsRegion "${region}" has no SIP media applications; use one of ${VOICE_REGIONS.join(', ')}`,
    );
  }
  const functionArn = functionOf(endpoint, region);
  const inRegion = records.applications.values().filter((other) => other.region === region).length;
  if (quotas === 'aws' && inRegion >= QUOTAS.sipMediaApplicationsPerRegion) {
    const message = `The account has ${inRegion} SIP media applications in ${region}, which is its quota`;
    throw new ApiError(400, 'ResourceLimitExceededException', message);
  }
  const id = ids.guid();
  const now = clock.now();
  const arn = `arn:aws:chime:${region}:${accountId}:sma/${id}`;
  return { id, arn, region, name, functionArn, createdAt: now, updatedAt: now };
}

function functionOf(endpoint: Endpoint | undefined, region: string): string {
  const arn = endpoint?.LambdaArn;
  if (!arn) throw badRequest('Endpoints[0].LambdaArn is missing');
  const functionRegion = arn.split(':')[3];
  if (functionRegion !== region) {
    throw badRequest(
      `The function is in ${functionRegion}, the application in ${region}: they must be in one Region`,
    );
  }
  return arn;
}

/** An application that is the target of a rule, enabled or not, cannot be deleted before the rule. */
function remove({ records, tags }: ApplicationsOptions, { id, arn }: ApplicationRecord): void {
  const rule = records.rules
    .values()
    .find(({ targets }) => targets.some((target) => target.SipMediaApplicationId === id));
  if (rule) {
    throw conflict(
      `SIP rule ${rule.id} ("${rule.name}") routes calls to ${id}; disable and delete the rule first`,
    );
  }
  records.journal.atomically(() => {
    records.applications.delete(id);
    tags.forget(arn);
  });
}

function show(record: ApplicationRecord): object {
  return {
    SipMediaApplicationId: record.id,
    AwsRegion: record.region,
    Name: record.name,
    Endpoints: [{ LambdaArn: record.functionArn }],
    CreatedTimestamp: isoTime(record.createdAt),
    UpdatedTimestamp: isoTime(record.updatedAt),
    SipMediaApplicationArn: record.arn,
  };
}

function showLogging(record: ApplicationRecord): object {
  return {
    SipMediaApplicationLoggingConfiguration: {
      EnableSipMediaApplicationMessageLogs: record.messageLogs ?? false,
    },
  };
}
