/** The ways in which an application can be given; each produces the stacks that a start applies. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ApplicationSource } from '#options';
import { UserError } from '#platform';
import type { SynthesisedStack } from '#template';
import { readStacks } from '#template';
import { checkConfig } from './config/check-config.ts';
import { configFileIn, readConfig } from './config/read-config.ts';
import { stackOfConfig } from './config/stack-of-config.ts';
import { stackOfHandler } from './handler.ts';
import { withParameters } from './parameters.ts';
import { stackOfTemplateFile } from './template-file.ts';

const TEMPLATE_ENDINGS = ['.yaml', '.yml', '.json', '.template'];

export { CONFIG_SCHEMA } from './config/schema.ts';
export { membersOf } from './function-source.ts';

/** Names of templates in a folder, in search order; they are the SAM CLI's own. */
const TEMPLATE_NAMES = ['template.yaml', 'template.yml', 'template.json'];

/** The application if none is named: the configuration in the working directory. */
export const applicationHere = (folder: string): ApplicationSource => {
  const config = configFileIn(folder);
  return config ? { config } : {};
};

/** The stacks of the application, in the order of their creation. @throws UserError */
export async function stacksOf(source: ApplicationSource): Promise<SynthesisedStack[]> {
  return withParameters(await stacksFrom(source), source.parameters);
}

/** The name of the stack for buckets that are given beside an application. */
const BUCKETS_STACK = 'GivenBuckets';

async function stacksFrom(source: ApplicationSource): Promise<SynthesisedStack[]> {
  const named = await stacksNamed(source);
  if (!named) return [stackOfHandler(source.path ?? '.', source.buckets)];
  return [...givenBuckets(source.buckets), ...named];
}

/** Buckets that the application expects to exist: a template may refer to one that it does not create. */
function givenBuckets(buckets: Readonly<Record<string, string>> = {}): SynthesisedStack[] {
  const given = Object.entries(buckets).map(([name, folder]) => [name, { folder: path.resolve(folder) }]);
  if (given.length === 0) return [];
  const config = { functions: {}, buckets: Object.fromEntries(given), sipMediaApplications: {} };
  return [{ ...stackOfConfig(config, process.cwd()), stackName: BUCKETS_STACK }];
}

/** Undefined if the source is a handler. */
async function stacksNamed(source: ApplicationSource): Promise<SynthesisedStack[] | undefined> {
  if (source.assembly !== undefined) return readStacks(source.assembly);
  if (source.template !== undefined) return [stackOfTemplateFile(source.template)];
  if (source.config !== undefined) return fromConfig(source.config);
  return stacksAt(source.path ?? '.');
}

async function fromConfig(file: string | object): Promise<SynthesisedStack[]> {
  if (typeof file !== 'string') return [stackOfConfig(checkConfig(file, 'config'), process.cwd())];
  return [stackOfConfig(await readConfig(file), path.dirname(path.resolve(file)))];
}

/** Recognises a file or folder by its content. */
async function stacksAt(place: string): Promise<SynthesisedStack[] | undefined> {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat?.isDirectory()) {
    if (existsSync(path.join(place, 'manifest.json'))) return readStacks(place);
    const config = configFileIn(place);
    if (config) return fromConfig(config);
    const template = TEMPLATE_NAMES.map((name) => path.join(place, name)).find((file) => existsSync(file));
    if (template) return [stackOfTemplateFile(template)];
    if (existsSync(path.join(place, 'cdk.json'))) return fromCdkProject(place);
  } else if (stat) {
    if (/^chime-local\.config\./.test(path.basename(place))) return fromConfig(place);
    if (TEMPLATE_ENDINGS.includes(path.extname(place))) return [stackOfTemplateFile(place)];
  }
  return undefined;
}

/** The developer has to run the CDK app: it may need a profile, a context or a build. */
function fromCdkProject(folder: string): SynthesisedStack[] {
  const assembly = path.join(folder, 'cdk.out');
  if (existsSync(path.join(assembly, 'manifest.json'))) return readStacks(assembly);
  throw new UserError(`${folder} is a CDK app: run "npx cdk synth" there, then start it again.`);
}
