/** Finds and loads the handler that `_HANDLER` names, and describes errors as Lambda's Node.js runtime does. */
import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importsOnlyBuiltins } from './imports.mjs';
import { fileOfLayer } from './resolve.mjs';

/** An error with one of Lambda's own types. */
export class RuntimeError extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = type;
    this.reason = cause;
  }
}

/** The document `{ errorType, errorMessage, trace }` for anything that was thrown. */
export function errorDocument(error) {
  if (error instanceof Error || (error && typeof error === 'object' && 'message' in error)) {
    return {
      errorType: String(error.name || 'Error'),
      errorMessage: String(error.message),
      trace: String(error.stack ?? '').split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** The function that `_HANDLER` (`index.handler`, `folder/file.name.inner`) names under the task root. */
export async function loadHandler(taskRoot, name) {
  const [, path, member] = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(name) ?? [];
  if (!path || name.split(/[\\/]/).includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${name}`);
  }
  const exports = await loadModule(taskRoot, path);
  let value = exports;
  for (const part of member.split('.')) value = value?.[part] ?? undefined;
  value ??= exports?.default?.[member];
  if (value === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof value !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return value;
}

/**
 * Lets ES modules find packages of the image and of layers. It takes a thread of its own, which costs 50 ms
 * of a cold start and 10 MB, so only modules that may import such a package start it, and a complete bundle
 * does not.
 */
let registerResolver = () => {};

/** `told` has the folders of layers, and the folders with a `node_modules`. */
export function resolveLikeLambda({ places = [], layers = [] }) {
  registerResolver = () => {
    if (places.length > 0) Module.register('./resolve.mjs', import.meta.url, { data: { places, layers } });
    registerResolver = () => {};
  };
  if (layers.length === 0) return;
  const usual = Module._resolveFilename;
  Module._resolveFilename = (name, ...rest) => usual(fileOfLayer(name, layers) ?? name, ...rest);
}

async function loadModule(taskRoot, path) {
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => resolve(taskRoot, path + extension))
    .find((candidate) => existsSync(candidate));
  if (!file) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${path}'`);
  }
  try {
    if (file.endsWith('.mjs') || (file.endsWith('.js') && saysModule(file, taskRoot))) {
      if (!importsOnlyBuiltins(readFileSync(file, 'utf8'))) registerResolver();
      return await import(pathToFileURL(file).href);
    }
    return await loadCommonJs(file, taskRoot);
  } catch (error) {
    throw asLoadError(error);
  }
}

/**
 * In the cloud nothing lies above the task root. Here the repository's `package.json` does, and it would turn
 * a bundle's `.js` files into ES modules; so only what lies inside the task root decides.
 */
async function loadCommonJs(file, taskRoot) {
  const usual = Module._extensions['.js'];
  Module._extensions['.js'] = (module, name) => {
    const own = name.startsWith(resolve(taskRoot) + sep) && !saysModule(name, taskRoot);
    if (own) module._compile(readFileSync(name, 'utf8'), name);
    else usual(module, name);
  };
  try {
    return createRequire(file)(file);
  } catch (error) {
    const isModule =
      error?.code?.startsWith('ERR_REQUIRE_') ||
      (error instanceof SyntaxError &&
        /import statement|Unexpected token 'export'|await is only/.test(error.message));
    if (isModule) {
      registerResolver();
      return await import(pathToFileURL(file).href);
    }
    throw error;
  }
}

/** Whether a `package.json` between the file and the task root contains `"type": "module"`. */
function saysModule(file, taskRoot) {
  const top = resolve(taskRoot);
  for (let folder = dirname(file); folder.startsWith(top); folder = dirname(folder)) {
    try {
      return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).type === 'module';
    } catch {
      // There is none here, or it cannot be read: the parent folder decides.
    }
    if (folder === top) break;
  }
  return false;
}

function asLoadError(error) {
  if (error instanceof SyntaxError) {
    return withStack(new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`), error);
  }
  if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
    return withStack(new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`), error);
  }
  return error;
}

function withStack(wrapped, error) {
  wrapped.stack = `${wrapped.name}: ${error.stack}`;
  return wrapped;
}
