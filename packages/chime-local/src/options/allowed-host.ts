const HOST = /^(\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[?[0-9a-f:.]+\]?)$/;

/**
 * Whether `--allow-network` accepts it: a host name or address, `*.example.com` for all subdomains, `*` for
 * all hosts.
 */
export const isAllowedHost = (text: string): boolean => HOST.test(text);
