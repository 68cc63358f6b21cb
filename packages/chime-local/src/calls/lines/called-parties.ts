import type { NumberRoute, RouteTarget } from '#options';
import type { PlacedTarget } from '#sip-edge';

/** How a called number is reached. */
export type CalledParty =
  /** A SIP address. */
  | { by: 'address'; target: PlacedTarget }
  /** A telephone that has registered the number. */
  | { by: 'registration' }
  /** One of our own applications, whose number it is. */
  | { by: 'application' }
  /** Nobody: the built-in test party answers. */
  | { by: 'test party' };

/** Who has which number. */
export interface NumberHolders {
  /** Whether a SIP rule serves it. */
  isServed(number: string): boolean;
  /** Whether a telephone has registered it. */
  isRegistered(number: string): boolean;
}

/**
 * Where a call of an application to a telephone number goes: to an application of ours, as the person at the terminal said,
 * to a telephone that has registered it, else to the test party.
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

  /** The longest prefix wins. */
  #routeOf(number: string): RouteTarget | undefined {
    const matching = this.#routes.filter(({ prefix }) => number.startsWith(prefix));
    return matching.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.target;
  }
}

function addressed(number: string, { user = number, host, port, transport }: RouteTarget): PlacedTarget {
  const parameter = transport === 'tcp' ? ';transport=tcp' : '';
  return { uri: `sip:${user}@${host}:${port}${parameter}`, host, port, transport };
}
