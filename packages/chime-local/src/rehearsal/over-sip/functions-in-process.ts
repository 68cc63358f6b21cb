import type { InvocationEvent } from 'pstn-audio';
import type { Handler } from 'pstn-audio/testing';
import { systemIds } from '#platform';
import type { QuietRuntime } from '#runtime';

type Cloud = QuietRuntime['cloud'];
type Functions = Cloud['functions'];

/**
 * The functions of an application, one of which is replaced by a handler of this process.
 *
 * @param name of the function that the handler replaces; default: any that a SIP media application invokes
 */
export function functionsInProcess(cloud: Cloud, handler: Handler, name?: string): Functions {
  const { functions } = cloud;
  const isHandler = (nameOrArn: string): boolean =>
    name === undefined
      ? cloud.voice.endpoints().includes(nameOrArn)
      : functions.find(nameOrArn)?.functionName === name;
  return {
    define: (spec) => functions.define(spec),
    remove: (functionName) => functions.remove(functionName),
    qualify: (...qualifier) => functions.qualify(...qualifier),
    find: (nameOrArn) => functions.find(nameOrArn),
    list: () => functions.list(),
    isCrowded: (nameOrArn, source) => !isHandler(nameOrArn) && functions.isCrowded(nameOrArn, source),
    warm: (nameOrArn, kept) => functions.warm(nameOrArn, kept),
    close: () => functions.close(),
    invoke: (nameOrArn, payload, ...more) =>
      isHandler(nameOrArn)
        ? answerOf(handler, payload, more[1])
        : functions.invoke(nameOrArn, payload, ...more),
  };
}

/** The handler's answer as Lambda returns it: JSON, or an error document. */
async function answerOf(
  handler: Handler,
  payload: string,
  requestId: string = systemIds.guid(),
): ReturnType<Functions['invoke']> {
  const began = performance.now();
  const result = (text: string) => ({
    requestId,
    payload: text,
    logTail: '',
    durationMs: performance.now() - began,
    coldStart: false,
  });
  try {
    const answer = await handler(JSON.parse(payload) as InvocationEvent);
    return result(JSON.stringify(answer) ?? 'null');
  } catch (error) {
    const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const document = { errorType: name, errorMessage: message, trace: stack.split('\n') };
    return { ...result(JSON.stringify(document)), functionError: 'Unhandled' };
  }
}
