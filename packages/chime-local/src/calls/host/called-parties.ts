import type { PlacedTarget } from '#sip-edge';

/** Where calls to a number go that the person at the terminal named: `--route +1206=sip:127.0.0.1:5080`. */
export interface NumberRoute {
  /** A number, or what numbers begin with; E.164. */
  prefix: string;
  target: RouteTarget;
}

/** A SIP address; `user` is the called number unless the address has one. */
export interface RouteTarget {
  user?: string;
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
}

const SIP_PORT = 5060;
const ROUTE =
  /^(?<prefix>\+[1-9]\d{0,14})=sip:(?:(?<user>[\w.+*-]+)@)?(?<host>[\w.-]+)(?::(?<port>\d{1,5}))?(?:;transport=(?<transport>udp|tcp))?$/i;

/** Reads `NUMBER=sip:[USER@]HOST[:PORT][;transport=tcp]`; undefined when it is something else. */
export function parseRoute(text: string): NumberRoute | undefined {
  const { prefix, user, host, port, transport } = ROUTE.exec(text)?.groups ?? {};
  const number = port === undefined ? SIP_PORT : Number(port);
  if (!prefix || !host || number < 1 || number > 65_535) return undefined;
  return {
    prefix,
    target: {
      ...(user ? { user } : {}),
      host,
      port: number,
      transport: transport?.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
    },
  };
}

/** How a called number is reached. */
export type CalledParty =
  /** A SIP address. */
  | { by: 'address'; target: PlacedTarget }
  /** A telephone that has registered the number. */
  | { by: 'registration' };

export interface CalledPartiesOptions {
  routes: readonly NumberRoute[];
  /** Whether a SIP rule of the stack serves the number. */
  isServed(number: string): boolean;
  registered(): readonly string[];
  /** Where the stack itself takes calls, and where its test party does. */
  own(): { host: string; port: number };
  testParty(): { host: string; port: number };
}

/**
 * Where a call of an application to a telephone number goes: as the person at the terminal said; to a number of the
 * stack; to a telephone that has registered it; else to the built-in test party.
 */
export class CalledParties {
  readonly #options: CalledPartiesOptions;

  constructor(options: CalledPartiesOptions) {
    this.#options = options;
  }

  find(number: string): CalledParty {
    const { isServed, registered, own, testParty } = this.#options;
    const route = this.#routeOf(number);
    if (route) return { by: 'address', target: addressed(number, route) };
    if (isServed(number)) return { by: 'address', target: addressed(number, { ...own(), transport: 'udp' }) };
    if (registered().includes(number)) return { by: 'registration' };
    return { by: 'address', target: addressed(number, { ...testParty(), transport: 'udp' }) };
  }

  /** The longest prefix wins. */
  #routeOf(number: string): RouteTarget | undefined {
    const matching = this.#options.routes.filter(({ prefix }) => number.startsWith(prefix));
    return matching.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.target;
  }
}

function addressed(number: string, { user = number, host, port, transport }: RouteTarget): PlacedTarget {
  const parameter = transport === 'tcp' ? ';transport=tcp' : '';
  return { uri: `sip:${user}@${host}:${port}${parameter}`, host, port, transport };
}
