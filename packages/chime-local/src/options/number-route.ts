/** Where calls to certain numbers go, as given on the command line: `--route +1206=sip:127.0.0.1:5080`. */
export interface NumberRoute {
  /** A number or a prefix of numbers, in E.164; or the host name of a Voice Connector's origination route. */
  prefix: string;
  target: RouteTarget;
}

/** A SIP address; without a `user`, the called number is used. */
export interface RouteTarget {
  user?: string;
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
}

const SIP_PORT = 5060;
const ROUTE =
  /^(?<prefix>\+[1-9]\d{0,14}|[a-z0-9][\w-]*(?:\.[\w-]+)+)=sip:(?:(?<user>[\w.+*-]+)@)?(?<host>[\w.-]+)(?::(?<port>\d{1,5}))?(?:;transport=(?<transport>udp|tcp))?$/i;

/**
 * Reads `NUMBER=sip:[USER@]HOST[:PORT][;transport=tcp]`, or a host name for the number; undefined if the text
 * is something else.
 */
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
