/**
 * Resolves the imports of a function's ES modules as Lambda does: packages of the image and of layers (which
 * CommonJS finds by NODE_PATH), and files of layers by their path below /opt.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Folders with a `node_modules`, and below, the folders of the layers. */
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
        // Not there either: try the next folder, or throw the first error.
      }
    }
    throw error;
  }
}

/** The file that a path below /opt names; undefined for other paths, and if no layer has the file. */
export function fileOfLayer(name, folders) {
  const path = /^(?:file:\/\/)?\/opt\/(.+)$/.exec(name)?.[1];
  if (!path) return undefined;
  const endings = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, path + ending)))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
