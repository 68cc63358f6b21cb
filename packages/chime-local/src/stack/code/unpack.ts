import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unzip } from 'fflate';
import { TemplateError } from '#template';

/** Maximum size of a function's unpacked code, in bytes. Lambda developer guide, "Lambda quotas": 250 MB. */
export const MAX_UNPACKED_BYTES = 250 * 1024 * 1024;

/**
 * Unpacks a ZIP archive into a new folder.
 * @throws TemplateError if it is invalid, too large or leaves the folder
 */
export async function unpack(archive: Uint8Array, folder: string): Promise<void> {
  const files = await filesOf(archive);
  for (const [name, content] of Object.entries(files)) {
    const target = path.resolve(folder, name);
    if (target !== folder && !target.startsWith(`${folder}${path.sep}`)) {
      throw new TemplateError(`The archive names a file outside its folder: ${name}.`);
    }
    if (name.endsWith('/')) {
      await mkdir(target, { recursive: true });
      continue;
    }
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }
}

/** The files of a ZIP archive by name. @throws TemplateError */
export function filesOf(archive: Uint8Array): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const filter = ({ originalSize }: { originalSize: number }): boolean => {
      bytes += originalSize;
      return bytes <= MAX_UNPACKED_BYTES;
    };
    unzip(archive, { filter }, (error, files) => {
      if (error) reject(new TemplateError(`Could not unzip uploaded file: ${error.message}.`));
      else if (bytes > MAX_UNPACKED_BYTES) {
        reject(new TemplateError(`Unzipped size must be smaller than ${MAX_UNPACKED_BYTES} bytes.`));
      } else resolve(files);
    });
  });
}
