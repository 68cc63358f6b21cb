import path from 'node:path';
import type { ApplicationSource } from '#options';
import type { ChimeLocalOptions } from './chime-local-options.ts';

/** The application that the options name, with absolute paths. */
export function applicationSource(options: ChimeLocalOptions): ApplicationSource {
  const place = (name: 'assembly' | 'template', value = options[name]) =>
    value === undefined ? {} : { [name]: path.resolve(value) };
  const { config, handler, parameters, buckets } = options;
  return {
    ...place('assembly'),
    ...place('template'),
    ...(config === undefined ? {} : { config }),
    ...(handler === undefined ? {} : { path: path.resolve(handler) }),
    ...(parameters ? { parameters } : {}),
    ...(buckets ? { buckets } : {}),
  };
}
