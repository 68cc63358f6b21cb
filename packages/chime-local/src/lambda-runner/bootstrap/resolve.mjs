/**
 * Resolves what an ES module of a function asks for as Lambda does: packages of the image and of layers (for which
 * CommonJS has NODE_PATH), and files of layers by their place below /opt.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Folders that have a `node_modules`, and the layers' own. */
let places = [];
let layers = [];

export function initialize(given) {
  places = given.places;
  layers = given.layers;
}

export async function resolve(specifier, context, next) {
  const inLayer = fileOfLayer(specifier, layers);
  if (inLayer) return next(pathToFileURL(inLayer).href, context);
  try {
    return await next(specifier, context);
  } catch (error) {
    const bare = /^[^./]/.test(specifier) && !specifier.includes(':');
    if (!bare || error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    for (const place of places) {
      try {
        return await next(specifier, { ...context, parentURL: pathToFileURL(join(place, 'index.mjs')).href });
      } catch {
        // Not there either: the next one, or the first error.
      }
    }
    throw error;
  }
}

/** The file that a name below /opt means; undefined for other names, and where no layer has it. */
export function fileOfLayer(name, folders) {
  const path = /^(?:file:\/\/)?\/opt\/(.+)$/.exec(name)?.[1];
  if (!path) return undefined;
  const endings = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, path + ending)))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
