/**
 * The Put, Get and Delete operations on the settings of a Voice Connector, described in one form for all
 * settings.
 */
import type { OperationHandler } from '../../rest/rest-api.ts';
import { notFound } from '../errors.ts';
import { existing } from './connectors.ts';
import type { VoiceRecords } from './records.ts';

type Input = { VoiceConnectorId: string } & Record<string, unknown>;

interface Setting {
  /** The setting's name in the operations, as in `PutVoiceConnector…`. */
  name: string;
  /** The member of the response, and also of the input unless `members` is given. */
  member: string;
  /** The members of the input if they do not form one object, each with its name in the response. */
  members?: Readonly<Record<string, string>>;
  /** The value before anything has been put. Without it, Get answers that the setting is not found. */
  initially?: object;
  /** False if no operation deletes the setting. */
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
