import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The paths where a function finds the content of its layers. Developer guide, "Packaging your layer content". */
export interface LayerPlaces {
  nodeModules: string[];
  python: string[];
  programs: string[];
  libraries: string[];
}

/** The places in the layers, given in the template's order: of files with the same name, the last layer's counts. */
export function placesOfLayers(layers: readonly string[], runtime: string): LayerPlaces {
  const newestFirst = [...layers].reverse();
  const below = (...paths: string[][]): string[] =>
    newestFirst
      .flatMap((layer) => paths.map((path) => join(layer, ...path)))
      .filter((path) => existsSync(path));
  const node = /^nodejs(\d+)/.exec(runtime)?.[1] ?? '';
  const version = runtime.startsWith('python') ? runtime : '';
  return {
    nodeModules: below(['nodejs', `node${node}`, 'node_modules'], ['nodejs', 'node_modules']),
    python: below(['python', 'lib', version, 'site-packages'], ['python']),
    programs: below(['bin']),
    libraries: below(['lib']),
  };
}
