/** SIP media applications that are made by the API while the program runs: somebody wants to dial them. */
import type { Log } from '#platform';
import type { EmulatedCloud } from './emulated-cloud.ts';
import type { Endpoints } from './endpoints.ts';

/** Milliseconds in which whoever made an application may make a rule for it. Ours. */
const OWN_RULE_MS = 3000;

type Numbers = Endpoints['phoneNumbers'];

/**
 * Gives a number to an application that has none some seconds after it was made, as at the start, and says so. While a stack
 * is at work its end does that.
 * @param refresh writes the numbers into the endpoints file, and tells them
 * @returns what ends it
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
