import { type Database, space } from './database.ts';
import { tableNotFound, validationError } from './errors.ts';
import type { Document } from './operations.ts';

/** The settings of a table that dynalite's description does not contain. */
export interface TableSettings {
  timeToLiveAttribute?: string;
  pointInTimeRecovery?: boolean;
  deletionProtection?: boolean;
  /** The view type of the table's stream, such as `NEW_IMAGE`; undefined if it has no stream. */
  streamViewType?: string;
}

/** The settings of a table; `{}` if none are stored. */
export function settingsOf(database: Database, table: string): TableSettings {
  return (database.get(space.settings + table) as TableSettings | undefined) ?? {};
}

/** View types of a stream. API reference, StreamSpecification. */
const VIEW_TYPES = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];

/**
 * The settings in a CreateTable or UpdateTable request that dynalite does not know; undefined if there are
 * none.
 * @throws DynamoDbError
 */
export function settingsAskedFor(input: Document): TableSettings | undefined {
  const { DeletionProtectionEnabled: deletionProtection, StreamSpecification: stream } = input;
  const asked: TableSettings = typeof deletionProtection === 'boolean' ? { deletionProtection } : {};
  if (typeof stream === 'object' && stream !== null) {
    const { StreamEnabled = true, StreamViewType } = stream as Document;
    if (StreamEnabled !== false && !VIEW_TYPES.includes(String(StreamViewType))) {
      throw validationError(`StreamSpecification.StreamViewType must be one of ${VIEW_TYPES.join(', ')}`);
    }
    // An undefined member is dropped when the settings are stored.
    Object.assign(asked, { streamViewType: StreamEnabled === false ? undefined : String(StreamViewType) });
  }
  return Object.keys(asked).length > 0 ? asked : undefined;
}

/** Changes a table's settings. Call it only inside `exclusively`. */
export async function changeSettings(
  database: Database,
  table: string,
  change: TableSettings,
): Promise<void> {
  const value = { ...settingsOf(database, table), ...change };
  await database.commit([{ type: 'put', key: space.settings + table, value }]);
}

/** The operations on settings, by name. */
export const SETTINGS_OPERATIONS: Readonly<
  Record<string, (database: Database, input: Document) => Promise<Document>>
> = {
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: async (database, input) => {
    const attribute = settingsOf(database, existingTable(database, input)).timeToLiveAttribute;
    return {
      TimeToLiveDescription: attribute
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: attribute }
        : { TimeToLiveStatus: 'DISABLED' },
    };
  },
  DescribeContinuousBackups: async (database, input) =>
    continuousBackups(settingsOf(database, existingTable(database, input))),
  UpdateContinuousBackups: async (database, input) => {
    const table = existingTable(database, input);
    const specification = input.PointInTimeRecoverySpecification as Document | undefined;
    const enabled = specification?.PointInTimeRecoveryEnabled;
    if (typeof enabled !== 'boolean') {
      throw validationError(
        'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled must be true or false',
      );
    }
    await database.exclusively(() => changeSettings(database, table, { pointInTimeRecovery: enabled }));
    return continuousBackups({ pointInTimeRecovery: enabled });
  },
};

async function updateTimeToLive(database: Database, input: Document): Promise<Document> {
  const table = existingTable(database, input);
  const specification = (input.TimeToLiveSpecification ?? {}) as Document;
  const { AttributeName: attribute, Enabled: enabled } = specification;
  if (typeof attribute !== 'string' || attribute.length < 1 || attribute.length > 255) {
    throw validationError('TimeToLiveSpecification.AttributeName must be a name of 1 to 255 characters');
  }
  if (typeof enabled !== 'boolean') {
    throw validationError('TimeToLiveSpecification.Enabled must be true or false');
  }
  await database.exclusively(async () => {
    const current = settingsOf(database, table).timeToLiveAttribute;
    if (enabled && current !== undefined) {
      throw validationError(
        current === attribute
          ? 'TimeToLive is already enabled'
          : 'TimeToLive is active on a different AttributeName',
      );
    }
    if (!enabled && current === undefined) throw validationError('TimeToLive is already disabled');
    if (!enabled && current !== attribute) {
      throw validationError('TimeToLive is active on a different AttributeName');
    }
    // An undefined member is dropped when the settings are stored.
    const change: Document = { timeToLiveAttribute: enabled ? attribute : undefined };
    await changeSettings(database, table, change as TableSettings);
  });
  return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
}

function continuousBackups(settings: TableSettings): Document {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: settings.pointInTimeRecovery ? 'ENABLED' : 'DISABLED',
      },
    },
  };
}

function existingTable(database: Database, input: Document): string {
  const name = input.TableName;
  if (typeof name !== 'string' || name === '') {
    throw validationError("The parameter 'TableName' is required but was not present in the request");
  }
  // Names and ARNs are both accepted.
  const table = name.slice(name.lastIndexOf('/') + 1);
  if (!database.table(table)) throw tableNotFound(table);
  return table;
}
