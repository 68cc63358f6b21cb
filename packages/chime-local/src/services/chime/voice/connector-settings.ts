/** What is put, got and deleted of a Voice Connector: one shape for all settings. */
import type { OperationHandler } from '../../rest/rest-api.ts';
import { notFound } from '../errors.ts';
import { existing } from './connectors.ts';
import type { VoiceRecords } from './records.ts';

type Input = { VoiceConnectorId: string } & Record<string, unknown>;

interface Setting {
  /** As the operations name it: `PutVoiceConnector…`. */
  name: string;
  /** The member of an answer, and of an input unless `members` are named. */
  member: string;
  /** Members of the input that are put, where they are not one object, and what the answer calls them. */
  members?: Readonly<Record<string, string>>;
  /** What is there before anything is put; without it that is not found. */
  initially?: object;
  /** False: there is no operation that deletes it. */
  deletable?: false;
}

const SETTINGS: readonly Setting[] = [
  { name: 'Termination', member: 'Termination' },
  { name: 'StreamingConfiguration', member: 'StreamingConfiguration' },
  { name: 'EmergencyCallingConfiguration', member: 'EmergencyCallingConfiguration' },
  {
    name: 'LoggingConfiguration',
    member: 'LoggingConfiguration',
    initially: { EnableSIPLogs: false, EnableMediaMetricLogs: false },
    deletable: false,
  },
  {
    name: 'ExternalSystemsConfiguration',
    member: 'ExternalSystemsConfiguration',
    members: {
      SessionBorderControllerTypes: 'SessionBorderControllerTypes',
      ContactCenterSystemTypes: 'ContactCenterSystemTypes',
    },
  },
  {
    name: 'Proxy',
    member: 'Proxy',
    members: {
      DefaultSessionExpiryMinutes: 'DefaultSessionExpiryMinutes',
      PhoneNumberPoolCountries: 'PhoneNumberCountries',
      FallBackPhoneNumber: 'FallBackPhoneNumber',
      Disabled: 'Disabled',
    },
  },
];

export function connectorSettingHandlers(records: VoiceRecords): Record<string, OperationHandler> {
  return Object.fromEntries(SETTINGS.flatMap((setting) => Object.entries(handlersOf(setting, records))));
}

function handlersOf(setting: Setting, records: VoiceRecords): Record<string, OperationHandler> {
  const { name, member, initially } = setting;
  const change = (id: string, value: object | undefined): undefined => {
    const { settings, ...rest } = existing(records, id);
    const { [name]: _before, ...others } = settings ?? {};
    records.connectors.set(id, { ...rest, settings: value ? { ...others, [name]: value } : others });
  };
  return {
    [`getVoiceConnector${name}`]: ({ VoiceConnectorId: id }: Input) => {
      const value = existing(records, id).settings?.[name] ?? initially;
      if (!value) throw notFound(`${name} of the Voice Connector`, id);
      return { [member]: value };
    },
    [`putVoiceConnector${name}`]: (input: Input) => {
      const value = settingOf(setting, input);
      change(input.VoiceConnectorId, value);
      return { [member]: value };
    },
    ...(setting.deletable === false
      ? {}
      : { [`deleteVoiceConnector${name}`]: (input: Input) => change(input.VoiceConnectorId, undefined) }),
  };
}

function settingOf({ member, members }: Setting, input: Input): object {
  if (!members) return input[member] as object;
  const given = Object.entries(members).filter(([key]) => input[key] !== undefined);
  return Object.fromEntries(given.map(([key, shown]) => [shown, input[key]]));
}
