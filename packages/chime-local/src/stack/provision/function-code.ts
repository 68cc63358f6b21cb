import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CodeSource, unpack } from '#code';
import { inlineModules } from '#lambda-runner';
import { TemplateError } from '#template';
import type { ProviderServices } from './services.ts';

/** `Code` of AWS::Lambda::Function. */
export interface FunctionCode {
  S3Bucket?: string;
  S3Key?: string;
  ZipFile?: string;
  ImageUri?: string;
}

/** The code of a function: the assembly's folder, or the content of an archive or of the template itself. */
export async function codeOf(
  logicalId: string,
  code: FunctionCode | undefined,
  runtime: string,
  services: ProviderServices,
): Promise<CodeSource> {
  const asset = code?.S3Key ? services.asset(code.S3Key) : undefined;
  if (asset?.build) return services.code.build(asset.build);
  if (asset)
    return isFile(asset.path)
      ? fromArchive(asset.path, services)
      : services.code.of(asset.path, asset.isSource);
  if (code?.S3Bucket && code.S3Key) return fromBucket(logicalId, code.S3Bucket, code.S3Key, services);
  if (code?.ZipFile !== undefined) return fromTemplate(code.ZipFile, runtime, services);
  if (code?.ImageUri !== undefined) return async () => Promise.reject(new Error(withoutImages(logicalId)));
  throw new TemplateError(
    `${logicalId} (AWS::Lambda::Function) names no code that runs here (Code: ${JSON.stringify(Object.keys(code ?? {}))}); use an asset, S3Bucket and S3Key, or ZipFile.`,
  );
}

/** The notice that a container function does not run here, for the start and for whoever invokes it. */
export const withoutImages = (logicalId: string): string =>
  `${logicalId} is a container image, which does not run here: whoever invokes it gets an error.`;

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;

/**
 * A layer of the CDK itself is an archive in the assembly. It is unpacked when a function that runs here
 * needs it.
 */
function fromArchive(archive: string, services: ProviderServices): CodeSource {
  let unpacked: Promise<CodeSource> | undefined;
  return async () => {
    const hash = path.basename(archive, '.zip');
    unpacked ??= kept(hash, services, async (folder) => unpack(await readFile(archive), folder)).catch(
      (error) => {
        unpacked = undefined;
        throw error;
      },
    );
    return (await unpacked)();
  };
}

async function fromBucket(
  logicalId: string,
  bucket: string,
  key: string,
  services: ProviderServices,
): Promise<CodeSource> {
  const object = await services.s3.read(bucket, key);
  if (!object) {
    throw new TemplateError(
      `Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. (${logicalId}: s3://${bucket}/${key})`,
    );
  }
  return kept(object.etag, services, (folder) => unpack(object.body, folder));
}

async function fromTemplate(text: string, runtime: string, services: ProviderServices): Promise<CodeSource> {
  const file = runtime.startsWith('python') ? 'index.py' : 'index.js';
  const files = [...inlineModules(runtime), { name: file, text }];
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32);
  return kept(hash, services, async (folder) => {
    for (const { name, text: content } of files) {
      const target = path.join(folder, name);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content);
    }
  });
}

/** Unpacks code once: the folder's name identifies its content. */
async function kept(
  hash: string,
  services: ProviderServices,
  fill: (folder: string) => Promise<void>,
): Promise<CodeSource> {
  const version = hash.replace(/[^0-9a-zA-Z-]/g, '');
  const directory = path.join(services.codeFolder, version);
  if (!existsSync(directory)) {
    const temporary = `${directory}.${services.ids.hex(4)}`;
    try {
      await fill(temporary);
      await rename(temporary, directory).catch(() => rm(temporary, { recursive: true, force: true }));
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }
  return async () => ({ directory, version });
}
