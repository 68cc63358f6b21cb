/** SIP rules: which applications get the calls to a number. */
import type { Clock, Ids } from '#platform';
import { byCreation, pageOf } from '../../rest/paging.ts';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { DEFAULT_PAGE } from './applications.ts';
import { connectorOfHost } from './connectors.ts';
import { e164 } from './number-inventory.ts';
import { enabledRuleOf, isoTime, type RuleRecord, type RuleTarget, type VoiceRecords } from './records.ts';

export interface RulesOptions {
  records: VoiceRecords;
  clock: Clock;
  ids: Ids;
}

interface Target {
  SipMediaApplicationId?: string;
  Priority?: number;
  AwsRegion?: string;
}
interface ById {
  SipRuleId: string;
}
interface CreateRule {
  Name: string;
  TriggerType: 'ToPhoneNumber' | 'RequestUriHostname';
  TriggerValue: string;
  Disabled?: boolean;
  TargetApplications: Target[];
}
interface ListRules {
  SipMediaApplicationId?: string;
  MaxResults?: number;
  NextToken?: string;
}

export function ruleHandlers(options: RulesOptions): Record<string, OperationHandler> {
  const { rules } = options.records;
  const get = (id: string): RuleRecord => {
    const found = rules.get(id);
    if (!found) throw notFound('SIP rule', id);
    return found;
  };
  return {
    createSipRule: (input: CreateRule) => {
      const record = create(options, input);
      rules.set(record.id, record);
      return { SipRule: show(record) };
    },
    getSipRule: (input: ById) => ({ SipRule: show(get(input.SipRuleId)) }),
    listSipRules: (input: ListRules) => {
      const wanted = input.SipMediaApplicationId;
      const listed = rules
        .values()
        .filter(
          ({ targets }) => !wanted || targets.some((target) => target.SipMediaApplicationId === wanted),
        );
      const key = (record: RuleRecord): string => byCreation(record.createdAt, record.id);
      const page = pageOf(listed, key, input.MaxResults ?? DEFAULT_PAGE, input.NextToken);
      return { SipRules: page.items.map(show), NextToken: page.nextToken };
    },
    updateSipRule: (input: ById & { Name: string; Disabled?: boolean; TargetApplications?: Target[] }) => {
      const before = get(input.SipRuleId);
      const disabled = input.Disabled ?? before.disabled;
      const enables = before.disabled && !disabled;
      if (enables) checkTrigger(options.records, before, before.id);
      const now = options.clock.now();
      const after: RuleRecord = {
        ...before,
        name: input.Name,
        disabled,
        targets: input.TargetApplications
          ? checkTargets(options.records, input.TargetApplications)
          : before.targets,
        updatedAt: now,
        enabledAt: enables ? now : before.enabledAt,
      };
      rules.set(after.id, after);
      return { SipRule: show(after) };
    },
    deleteSipRule: (input: ById) => {
      const rule = get(input.SipRuleId);
      if (!rule.disabled) throw conflict(`SIP rule ${rule.id} is enabled; disable it before you delete it`);
      rules.delete(rule.id);
      return undefined;
    },
  };
}

function create({ records, clock, ids }: RulesOptions, input: CreateRule): RuleRecord {
  const disabled = input.Disabled ?? false;
  const { TriggerType: triggerType } = input;
  const triggerValue =
    triggerType === 'ToPhoneNumber' ? e164(input.TriggerValue) : input.TriggerValue.toLowerCase();
  checkTrigger(records, { triggerType, triggerValue }, undefined, disabled);
  const targets = checkTargets(records, input.TargetApplications);
  const now = clock.now();
  return {
    id: ids.guid(),
    name: input.Name,
    disabled,
    triggerType,
    triggerValue,
    targets,
    createdAt: now,
    updatedAt: now,
    enabledAt: now,
  };
}

/** The number or host name must belong to the account, and no other enabled rule may use it. */
function checkTrigger(
  records: VoiceRecords,
  { triggerType, triggerValue }: Pick<RuleRecord, 'triggerType' | 'triggerValue'>,
  ownRuleId?: string,
  disabled = false,
): void {
  if (triggerType === 'ToPhoneNumber') checkNumber(records, triggerValue);
  else if (!connectorOfHost(records, triggerValue)) {
    throw badRequest(`There is no Voice Connector with the host name "${triggerValue}"`);
  }
  const taken = enabledRuleOf(records, triggerValue);
  if (!disabled && taken && taken.id !== ownRuleId) {
    const what = triggerType === 'ToPhoneNumber' ? 'phone number' : 'host name';
    throw conflict(`The ${what} ${triggerValue} is taken by SIP rule ${taken.id} ("${taken.name}")`);
  }
}

/** Checks that the number is in the inventory and is meant for SIP media applications. */
function checkNumber(records: VoiceRecords, number: string): void {
  const owned = records.numbers.get(number);
  if (!owned || owned.deleteAt !== undefined) {
    throw badRequest(`The phone number ${number} is not in the inventory; order it first`);
  }
  if (owned.productType !== 'SipMediaApplicationDialIn') {
    throw badRequest(
      `The phone number ${number} is a ${owned.productType} number, not a SipMediaApplicationDialIn one`,
    );
  }
}

/**
 * Checks that each target exists, is in the Region that the request states, and is the only one in that
 * Region.
 */
function checkTargets(records: VoiceRecords, targets: Target[]): RuleTarget[] {
  const regions = new Set<string>();
  return targets.map(({ SipMediaApplicationId: id, Priority, AwsRegion: region }, index) => {
    const at = `TargetApplications[${index}]`;
    if (!id) throw badRequest(`${at}.SipMediaApplicationId is missing`);
    if (!region) throw badRequest(`${at}.AwsRegion is missing`);
    const application = records.applications.get(id);
    if (!application) throw badRequest(`${at}: there is no SIP media application ${id}`);
    if (application.region !== region) {
      throw badRequest(
        `${at}: the SIP media application ${id} is in ${application.region}, not in ${region}`,
      );
    }
    if (regions.has(region))
      throw badRequest(`${at}: a rule has one target a Region, and ${region} has one already`);
    regions.add(region);
    return { SipMediaApplicationId: id, Priority: Priority ?? index + 1, AwsRegion: region };
  });
}

function show(record: RuleRecord): object {
  return {
    SipRuleId: record.id,
    Name: record.name,
    Disabled: record.disabled,
    TriggerType: record.triggerType,
    TriggerValue: record.triggerValue,
    TargetApplications: record.targets,
    CreatedTimestamp: isoTime(record.createdAt),
    UpdatedTimestamp: isoTime(record.updatedAt),
  };
}
