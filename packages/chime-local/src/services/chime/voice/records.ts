/**
 * The stored records of Chime SDK Voice, and how times and rules are read from them. Times are milliseconds
 * since the epoch.
 */
import type { Collection, Journal } from '#platform';
import type { Tag } from '../tags.ts';

export interface ApplicationRecord {
  id: string;
  arn: string;
  region: string;
  name: string;
  functionArn: string;
  /** Undefined until PutSipMediaApplicationLoggingConfiguration sets it. */
  messageLogs?: boolean;
  /** Set by PutSipMediaApplicationAlexaSkillConfiguration. */
  alexaSkill?: object;
  createdAt: number;
  updatedAt: number;
}

export interface RuleTarget {
  SipMediaApplicationId: string;
  Priority: number;
  AwsRegion: string;
}

export interface RuleRecord {
  id: string;
  name: string;
  disabled: boolean;
  triggerType: 'ToPhoneNumber' | 'RequestUriHostname';
  /** E.164 with the plus sign, or the host name of a Voice Connector. */
  triggerValue: string;
  targets: RuleTarget[];
  createdAt: number;
  updatedAt: number;
  /** When the rule was enabled for its number. */
  enabledAt: number;
}

export type ProductType = 'SipMediaApplicationDialIn' | 'VoiceConnector';

export interface NumberRecord {
  /** E.164 with the plus sign; also the PhoneNumberId. */
  number: string;
  type: 'Local' | 'TollFree';
  productType: ProductType;
  name?: string | undefined;
  callingName?: string;
  callingNameAt?: number;
  orderId: string;
  createdAt: number;
  updatedAt: number;
  /** When the order for this number is (or was) completed. */
  acquiredAt: number;
  /** The Voice Connector or group to which the number is assigned. */
  assigned?: { name: 'VoiceConnectorId' | 'VoiceConnectorGroupId'; id: string; at: number };
  /** Set while the number is in the deletion queue: the time at which it is removed. */
  deleteAt?: number;
}

export interface OrderRecord {
  id: string;
  productType: ProductType;
  /** The outcome for each number at `doneAt`. */
  numbers: { number: string; acquired: boolean }[];
  createdAt: number;
  doneAt: number;
}

/** A target of calls to a Voice Connector. M: OriginationRoute. */
export interface OriginationRoute {
  Host: string;
  Port: number;
  Protocol: 'TCP' | 'UDP';
  Priority: number;
  Weight: number;
}

export interface ConnectorRecord {
  id: string;
  arn: string;
  region: string;
  name: string;
  requireEncryption: boolean;
  integrationType?: string;
  networkType: string;
  /** Undefined until PutVoiceConnectorOrigination sets it. */
  origination?: { Routes: OriginationRoute[]; Disabled: boolean };
  /** What other Put operations have set, by the setting's name, e.g. `Termination`. */
  settings?: Record<string, object>;
  /** User names that may place calls with digest authentication. */
  terminationUsers?: string[];
  createdAt: number;
  updatedAt: number;
}

export interface ConnectorGroupRecord {
  id: string;
  arn: string;
  name: string;
  items: { id: string; priority: number }[];
  createdAt: number;
  updatedAt: number;
}

export interface SettingsRecord {
  cdrBucket?: string;
  /** The calling name that is shown for calls from the account's numbers. */
  callingName?: string;
  updatedAt: number;
}

export interface VoiceRecords {
  journal: Journal;
  applications: Collection<ApplicationRecord>;
  rules: Collection<RuleRecord>;
  numbers: Collection<NumberRecord>;
  orders: Collection<OrderRecord>;
  connectors: Collection<ConnectorRecord>;
  connectorGroups: Collection<ConnectorGroupRecord>;
  settings: Collection<SettingsRecord>;
  tags: Collection<Tag[]>;
}

export function createVoiceRecords(journal: Journal): VoiceRecords {
  return {
    journal,
    applications: journal.collection('voice.applications'),
    rules: journal.collection('voice.rules'),
    numbers: journal.collection('voice.numbers'),
    orders: journal.collection('voice.orders'),
    connectors: journal.collection('voice.connectors'),
    connectorGroups: journal.collection('voice.connector-groups'),
    settings: journal.collection('voice.settings'),
    tags: journal.collection('voice.tags'),
  };
}

/** Formats a time as `YYYY-MM-DDTHH:MM:SS.mmmZ`, as in the API's documentation. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** The enabled rule that a number, or a Voice Connector's host name, triggers. */
export function enabledRuleOf(records: VoiceRecords, trigger: string): RuleRecord | undefined {
  return records.rules.values().find((rule) => !rule.disabled && rule.triggerValue === trigger);
}
