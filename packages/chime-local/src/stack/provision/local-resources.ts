/** Resource types that exist only here; applications without an AWS template are built from them. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import { TemplateError } from '#template';
import { contentTypeOf } from '#web';
import { type ProviderServices, textOf } from './services.ts';

/** A bucket that always has the current files of a folder. Properties: `Bucket`, `Folder`, `Endings`. */
export const BUCKET_FOLDER = 'ChimeLocal::S3::BucketFolder';
/** Initial items of a table. Properties: `Table`, `Items`. */
export const TABLE_ITEMS = 'ChimeLocal::DynamoDB::Items';
/** A phone number of the account. Properties: `PhoneNumber`. */
export const PHONE_NUMBER = 'ChimeLocal::Voice::PhoneNumber';
/** A SIP rule. Properties: `Name`, `PhoneNumber`, `SipMediaApplicationId`, `Disabled`. */
export const SIP_RULE = 'ChimeLocal::Voice::SipRule';

/** The test party's behaviour. Properties: `Number` (or a number prefix), `Script`. */
export const TEST_PARTY = 'ChimeLocal::Calls::TestParty';
/** Bots described in a file. Properties: `File`. */
export const BOT_FILE = 'ChimeLocal::Lex::BotFile';

/** Maximum number of files in a folder; a larger one is refused as probably the wrong folder. Our choice. */
const MAX_FOLDER_FILES = 2000;
/** Folders that are skipped. */
const LEFT_OUT = new Set(['node_modules', '.git', '.local', 'cdk.out', '__pycache__']);

/** A folder's entries; none if it has just been deleted, unless it is the folder that was named. */
function entriesOf(folder: string, isNamed: boolean): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isNamed || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

/** Names of the files below a folder, relative to it. @throws TemplateError */
function filesBelow(folder: string): string[] {
  const found: string[] = [];
  const open = [''];
  for (let inner = open.shift(); inner !== undefined; inner = open.shift()) {
    for (const entry of entriesOf(path.join(folder, inner), inner === '')) {
      // Hidden files are settings and the like: `.env` is no prompt.
      if (entry.name.startsWith('.')) continue;
      const name = path.posix.join(inner, entry.name);
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) open.push(name);
      } else if (entry.isFile()) found.push(name);
      if (found.length > MAX_FOLDER_FILES) {
        throw new TemplateError(
          `The folder ${folder} of a bucket has more than ${MAX_FOLDER_FILES} files: name a smaller one.`,
        );
      }
    }
  }
  return found;
}

const stateOf = (file: string): string => {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : 'gone';
};

/** Keeps a bucket's objects equal to a folder's files. */
class BucketFolder {
  readonly #bucket: string;
  readonly #folder: string;
  readonly #endings: readonly string[];
  readonly #services: ProviderServices;
  /** By key, the file's time and size when it was uploaded. */
  readonly #put = new Map<string, string>();

  constructor(properties: Record<string, unknown>, services: ProviderServices) {
    this.#bucket = textOf(properties.Bucket);
    this.#folder = textOf(properties.Folder);
    this.#endings = (properties.Endings ?? ['']) as string[];
    this.#services = services;
  }

  /** @returns keys that are new, changed or gone */
  async sync(): Promise<string[]> {
    const { s3 } = this.#services;
    const names = filesBelow(this.#folder).filter((name) =>
      this.#endings.some((ending) => name.toLowerCase().endsWith(ending)),
    );
    const changed: string[] = [];
    for (const name of names) {
      const file = path.join(this.#folder, name);
      const state = stateOf(file);
      if (this.#put.get(name) === state) continue;
      this.#put.set(name, state);
      changed.push(name);
      await s3.put(this.#bucket, name, readFileSync(file), { contentType: contentTypeOf(name) });
    }
    for (const key of this.#put.keys()) {
      if (names.includes(key)) continue;
      this.#put.delete(key);
      changed.push(key);
      await s3.remove(this.#bucket, key);
    }
    return changed;
  }

  /**
   * Paths whose folders are to be watched; while the folder is gone, its parent is included, so that its
   * return is noticed.
   */
  files(): string[] {
    try {
      const names = filesBelow(this.#folder);
      return [path.join(this.#folder, '.'), ...names.map((name) => path.join(this.#folder, name))];
    } catch {
      return [this.#folder, path.join(this.#folder, '.')];
    }
  }

  async resync(): Promise<void> {
    const { log } = this.#services;
    try {
      const changed = await this.sync();
      if (changed.length > 0) log.info(`${changed.join(', ')} changed: the bucket ${this.#bucket} has it.`);
    } catch (error) {
      log.warn(`${this.#folder} could not be read again: ${(error as Error).message}`);
    }
  }
}

function bucketFolderProvider(services: ProviderServices): ResourceProvider {
  const stop = new Map<string, () => void>();
  const follow = async (
    id: string,
    { properties }: Pick<ResourceRequest, 'properties'>,
  ): Promise<PhysicalResource> => {
    stop.get(id)?.();
    const folder = new BucketFolder(properties, services);
    await folder.sync();
    stop.set(
      id,
      services.code.watch(
        () => folder.files(),
        () => void folder.resync(),
      ),
    );
    return { physicalId: id, attributes: {} };
  };
  return {
    types: [BUCKET_FOLDER],
    replacedBy: ['Bucket', 'Folder', 'Endings'],
    create: (request) => follow(request.newName(), request),
    update: (request, { physicalId }) => follow(physicalId, request),
    restore: (existing) => follow(existing.physicalId, existing),
    async delete({ physicalId, properties }) {
      stop.get(physicalId)?.();
      stop.delete(physicalId);
      const bucket = textOf(properties.Bucket);
      for (const key of services.s3.list(bucket)) await services.s3.remove(bucket, key);
    },
  };
}

function tableItemsProvider({ tables }: ProviderServices): ResourceProvider {
  const put = async ({ properties }: ResourceRequest): Promise<void> => {
    for (const item of (properties.Items ?? []) as Record<string, unknown>[]) {
      const Item = marshall(item, { removeUndefinedValues: true });
      await tables.call('PutItem', { TableName: textOf(properties.Table), Item });
    }
  };
  return {
    types: [TABLE_ITEMS],
    replacedBy: ['Table'],
    async create(request) {
      await put(request);
      return { physicalId: request.newName(), attributes: {} };
    },
    async update(request, existing) {
      await put(request);
      return existing;
    },
  };
}

function numberProviders({ voice }: ProviderServices): ResourceProvider[] {
  const number: ResourceProvider = {
    types: [PHONE_NUMBER],
    replacedBy: 'all',
    async create({ properties }) {
      const PhoneNumber = textOf(properties.PhoneNumber);
      await voice.acquireNumber(PhoneNumber);
      return { physicalId: PhoneNumber, attributes: { PhoneNumber } };
    },
    delete: ({ physicalId }) => voice.releaseNumber(physicalId),
  };
  const rule: ResourceProvider = {
    types: [SIP_RULE],
    replacedBy: 'all',
    async create({ properties }) {
      const id = await voice.createRule({
        name: textOf(properties.Name),
        number: textOf(properties.PhoneNumber),
        sipMediaApplicationId: textOf(properties.SipMediaApplicationId),
        disabled: String(properties.Disabled) === 'true',
      });
      return { physicalId: id, attributes: {} };
    },
    delete: ({ physicalId }) => voice.deleteRule(physicalId),
  };
  return [number, rule];
}

/** Providers of test parties and bots. They exist on this machine only, for this start. */
function answerProviders({ hosted, botFiles }: ProviderServices): ResourceProvider[] {
  const putParty = ({ properties }: Pick<ResourceRequest, 'properties'>) => {
    const number = textOf(properties.Number);
    hosted.testParties.set(number, textOf(properties.Script));
    return { physicalId: number, attributes: {} };
  };
  const putBots = ({ properties }: Pick<ResourceRequest, 'properties'>) => {
    const file = textOf(properties.File);
    botFiles.add(file);
    return { physicalId: file, attributes: {} };
  };
  return [
    {
      types: [TEST_PARTY],
      replacedBy: ['Number'],
      create: async (request) => putParty(request),
      update: async (request) => putParty(request),
      restore: async (existing) => putParty(existing),
      delete: async ({ physicalId }) => void hosted.testParties.delete(physicalId),
    },
    {
      types: [BOT_FILE],
      replacedBy: 'all',
      create: async (request) => putBots(request),
      restore: async (existing) => putBots(existing),
      delete: async ({ physicalId }) => botFiles.remove(physicalId),
    },
  ];
}

export const localProviders = (services: ProviderServices): ResourceProvider[] => [
  bucketFolderProvider(services),
  tableItemsProvider(services),
  ...numberProviders(services),
  ...answerProviders(services),
];
