/**
 * Gives numbers to SIP media applications that the API creates while the program runs, so that they can be
 * dialled.
 */
import type { Log } from '#platform';
import type { EmulatedCloud } from './emulated-cloud.ts';
import type { Endpoints } from './endpoints.ts';

/** Milliseconds within which the creator of an application may create its own rule. Ours. */
const OWN_RULE_MS = 3000;

type Numbers = Endpoints['phoneNumbers'];

/**
 * Gives a number to an application that still has none some seconds after it was created, as at the start,
 * and logs it. While a stack operation is in progress, the end of that operation does so instead.
 * @param refresh writes the numbers to the endpoints file and returns them
 * @returns a function that ends this
 */
export function numberLateApplications(
  cloud: Pick<EmulatedCloud, 'giveNumbers' | 'onApplicationMade' | 'stacks'>,
  refresh: () => Promise<Numbers>,
  log: Pick<Log, 'info' | 'warn'>,
  afterMs = OWN_RULE_MS,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const isAtWork = (): boolean =>
    cloud.stacks.context.store.all().some(({ status }) => status.endsWith('_IN_PROGRESS'));
  const give = async (): Promise<void> => {
    if (isAtWork()) return;
    const before = (await refresh()).map(({ phoneNumber }) => phoneNumber);
    await cloud.giveNumbers();
    for (const { phoneNumber, name } of await refresh()) {
      if (!before.includes(phoneNumber)) log.info(`Dial ${phoneNumber}: it leads to ${name}.`);
    }
  };
  const stop = cloud.onApplicationMade(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      give().catch((error: Error) =>
        log.warn(`An application without a number could not be given one: ${error.message}`),
      );
    }, afterMs);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
