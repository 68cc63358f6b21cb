import type { NumberRoute, RouteTarget } from '#options';
import type { PlacedTarget } from '#sip-edge';

/** How a called number is reached. */
export type CalledParty =
  /** At a SIP address. */
  | { by: 'address'; target: PlacedTarget }
  /** By a telephone that has registered the number. */
  | { by: 'registration' }
  /** By one of our own applications, which serves the number. */
  | { by: 'application' }
  /** By nobody else, so the built-in test party answers. */
  | { by: 'test party' };

/** Tells which numbers are served or registered. */
export interface NumberHolders {
  /** Whether a SIP rule serves the number. */
  isServed(number: string): boolean;
  /** Whether a telephone has registered the number. */
  isRegistered(number: string): boolean;
}

/**
 * Decides where an application's call to a telephone number goes: to the application of ours that serves the
 * number, else to the route that the options give, else to the telephone that has registered the number, else
 * to the test party.
 */
export class CalledParties {
  readonly #routes: readonly NumberRoute[];
  readonly #holders: NumberHolders;

  constructor(routes: readonly NumberRoute[], holders: NumberHolders) {
    this.#routes = routes;
    this.#holders = holders;
  }

  find(number: string): CalledParty {
    const route = this.#routeOf(number);
    if (this.#holders.isServed(number)) return { by: 'application' };
    if (route) return { by: 'address', target: addressed(number, route) };
    return { by: this.#holders.isRegistered(number) ? 'registration' : 'test party' };
  }

  /** Finds the route with the longest matching prefix. */
  #routeOf(number: string): RouteTarget | undefined {
    const matching = this.#routes.filter(({ prefix }) => number.startsWith(prefix));
    return matching.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.target;
  }
}

function addressed(number: string, { user = number, host, port, transport }: RouteTarget): PlacedTarget {
  const parameter = transport === 'tcp' ? ';transport=tcp' : '';
  return { uri: `sip:${user}@${host}:${port}${parameter}`, host, port, transport };
}
