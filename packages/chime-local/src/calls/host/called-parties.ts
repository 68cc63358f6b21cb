import type { NumberRoute, RouteTarget } from '#options';
import type { PlacedTarget } from '#sip-edge';

/** How a called number is reached. */
export type CalledParty =
  /** A SIP address. */
  | { by: 'address'; target: PlacedTarget }
  /** A telephone that has registered the number. */
  | { by: 'registration' };

/**
 * Where a call of an application to a telephone number goes: as the person at the terminal said, else to a telephone that
 * has registered it.
 */
export class CalledParties {
  readonly #routes: readonly NumberRoute[];

  constructor(routes: readonly NumberRoute[]) {
    this.#routes = routes;
  }

  find(number: string): CalledParty {
    const route = this.#routeOf(number);
    return route ? { by: 'address', target: addressed(number, route) } : { by: 'registration' };
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
