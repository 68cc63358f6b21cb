/**
 * Reads a template from disk: files that it names by relative paths become assets, as with `sam build` and
 * `package`.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isObject, UserError } from '#platform';
import type { FileAsset, SourceBuild, SynthesisedStack, Template, TemplateResource } from '#template';
import { parseTemplate, recordOf } from '#template';
import { buildOf } from './function-source.ts';

/** The bucket that stands for this machine's files. */
const LOCAL_BUCKET = 'local';
const TYPESCRIPT = ['.ts', '.mts', '.cts', '.tsx'];

type Properties = Record<string, unknown>;

/**
 * Properties that name a folder or file beside the template, by type, as listed for `aws cloudformation
 * package`.
 */
const PATHS: Readonly<Record<string, string>> = {
  'AWS::Serverless::StateMachine': 'DefinitionUri',
  'AWS::StepFunctions::StateMachine': 'DefinitionS3Location',
  'AWS::Lambda::Function': 'Code',
  'AWS::Serverless::Function': 'CodeUri',
  'AWS::Lambda::LayerVersion': 'Content',
  'AWS::Serverless::LayerVersion': 'ContentUri',
  'AWS::CloudFormation::Stack': 'TemplateURL',
  'AWS::Serverless::Application': 'Location',
};

class LocalTemplate {
  readonly assets = new Map<string, FileAsset>();

  /** The template with every path replaced by an object of this machine's bucket. @throws UserError */
  read(file: string): Template {
    if (!existsSync(file)) throw new UserError(`${file} is missing: name another template.`);
    const folder = path.dirname(file);
    const template = parseTemplate(readFileSync(file, 'utf8')) as Template & { Globals?: Properties };
    const globals = recordOf(recordOf(template.Globals).Function);
    const Resources = Object.fromEntries(
      Object.entries(template.Resources).map(([id, resource]) => [
        id,
        this.#local(id, resource, globals, folder),
      ]),
    );
    return { ...template, Resources };
  }

  #local(id: string, resource: TemplateResource, globals: Properties, folder: string): TemplateResource {
    const name = PATHS[resource.Type];
    if (!name) return resource;
    const isSamFunction = resource.Type === 'AWS::Serverless::Function';
    const own = resource.Properties ?? {};
    const properties: Properties = isSamFunction ? { ...globals, ...own } : own;
    const inline = properties.InlineCode ?? properties.ImageUri ?? properties.PackageType === 'Image';
    const given = properties[name] ?? (isSamFunction && !inline ? '.' : undefined);
    if (typeof given !== 'string' || /^(s3|https?):/.test(given)) return resource;
    const place = path.resolve(folder, given);
    if (!existsSync(place))
      throw new UserError(
        `${id}.${name} is ${JSON.stringify(given)}: ${place} is missing: build it, or correct the path.`,
      );
    return {
      ...resource,
      Properties: { ...own, [name]: this.#asset(id, name, place, resource, properties) },
    };
  }

  #asset(
    id: string,
    name: string,
    place: string,
    resource: TemplateResource,
    properties: Properties,
  ): unknown {
    const isTemplate = name === 'TemplateURL' || name === 'Location';
    const build = name === 'CodeUri' || name === 'Code' ? buildFor(place, resource, properties) : undefined;
    const objectKey = build ? `${id} ${place}` : place;
    this.assets.set(objectKey, {
      path: place,
      packaging: 'zip',
      objectKey,
      isSource: true,
      ...(build ? { build } : {}),
      ...(isTemplate ? { text: JSON.stringify(this.read(place)) } : {}),
    });
    if (isTemplate) return `s3://${LOCAL_BUCKET}/${encodeURIComponent(objectKey)}`;
    const asSam = resource.Type.startsWith('AWS::Serverless::') || name === 'DefinitionS3Location';
    return asSam ? { Bucket: LOCAL_BUCKET, Key: objectKey } : { S3Bucket: LOCAL_BUCKET, S3Key: objectKey };
  }
}

/**
 * The bundling options of a function's folder, if its `Metadata` requests a build or its handler is
 * TypeScript.
 */
function buildFor(
  folder: string,
  resource: TemplateResource,
  properties: Properties,
): SourceBuild | undefined {
  if (!statSync(folder).isDirectory()) return undefined;
  const { BuildMethod, BuildProperties } = recordOf(resource.Metadata);
  const handler = String(properties.Handler ?? '').replace(/\.[^./]+$/, '');
  const beside = (endings: readonly string[]) =>
    endings.map((ending) => path.join(folder, handler + ending)).find((file) => existsSync(file));
  if (BuildMethod !== 'esbuild') {
    const source = beside(['.js', '.mjs', '.cjs', '.py']) ? undefined : handler && beside(TYPESCRIPT);
    return source ? buildOf(source, `${handler}.js`) : undefined;
  }
  const { EntryPoints, Format, External, Loader, Define, MainFields, Target, OutExtension, Banner } =
    recordOf(BuildProperties);
  const [first] = [EntryPoints ?? []].flat();
  const entry =
    first === undefined ? beside([...TYPESCRIPT, '.js', '.mjs']) : path.resolve(folder, String(first));
  if (!entry)
    throw new UserError(
      `${folder} has no source for the handler ${JSON.stringify(properties.Handler)}: correct the handler or its folder.`,
    );
  const ending = [OutExtension ?? []]
    .flat()
    .map(String)
    .find((text) => text.startsWith('.js='))
    ?.slice(4);
  const built = buildOf(entry, `${handler}${ending ?? (Format === 'esm' ? '.mjs' : '.js')}`);
  return {
    ...built,
    external: [External ?? []].flat().map(String),
    options: {
      ...pairs('loader', Loader),
      ...pairs('define', Define),
      ...pairs('banner', Banner),
      ...(MainFields === undefined ? {} : { mainFields: String(MainFields).split(',') }),
      ...(Target === undefined ? {} : { target: String(Target).split(',') }),
    },
  };
}

/** An esbuild option from `[".txt=text"]` or `{ ".txt": "text" }`. */
function pairs(name: 'loader' | 'define' | 'banner', value: unknown): SourceBuild['options'] {
  if (value === undefined) return {};
  if (isObject(value)) return { [name]: value };
  const entries = [value].flat().map((text) => {
    const [, key = '', inner = ''] = /^([^=]+)=(.*)$/s.exec(String(text)) ?? [];
    return [key, inner];
  });
  return { [name]: Object.fromEntries(entries) };
}

/** The stack's name: `my-app` for `my-app/template.yaml`. */
function stackNameOf(file: string): string {
  const stem = path.basename(file, path.extname(file));
  const name = stem === 'template' ? path.basename(path.dirname(path.resolve(file))) : stem;
  return name.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^[^a-zA-Z]+|-+$/g, '') || 'App';
}

/** @throws UserError, TemplateError */
export function stackOfTemplateFile(file: string): SynthesisedStack {
  const local = new LocalTemplate();
  const template = local.read(path.resolve(file));
  return { stackName: stackNameOf(file), template, assets: local.assets };
}
