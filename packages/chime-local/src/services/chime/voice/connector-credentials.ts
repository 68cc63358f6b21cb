/**
 * The user names that may place calls through a Voice Connector with digest authentication, and the Regions
 * that have Voice Connectors.
 */
import { VOICE_REGIONS } from 'pstn-audio';
import type { OperationHandler } from '../../rest/rest-api.ts';
import { existing } from './connectors.ts';
import type { VoiceRecords } from './records.ts';

interface ById {
  VoiceConnectorId: string;
}

export function connectorCredentialHandlers(records: VoiceRecords): Record<string, OperationHandler> {
  const change = (id: string, next: (users: string[]) => string[]): undefined => {
    const before = existing(records, id);
    records.connectors.set(id, { ...before, terminationUsers: next(before.terminationUsers ?? []) });
  };
  return {
    listAvailableVoiceConnectorRegions: () => ({ VoiceConnectorRegions: VOICE_REGIONS }),
    // Passwords are not stored, because nothing here asks for them.
    putVoiceConnectorTerminationCredentials: (input: ById & { Credentials?: { Username?: string }[] }) =>
      change(input.VoiceConnectorId, (users) => {
        const added = (input.Credentials ?? []).flatMap(({ Username }) => Username ?? []);
        return [...new Set([...users, ...added])];
      }),
    listVoiceConnectorTerminationCredentials: (input: ById) => ({
      Usernames: existing(records, input.VoiceConnectorId).terminationUsers ?? [],
    }),
    deleteVoiceConnectorTerminationCredentials: (input: ById & { Usernames: string[] }) =>
      change(input.VoiceConnectorId, (users) => users.filter((user) => !input.Usernames.includes(user))),
  };
}
