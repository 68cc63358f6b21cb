const HOST = /^(\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[?[0-9a-f:.]+\]?)$/;

/** Whether `--allow-network` takes it: a host name or address, `*.example.com` for all below one, `*` for all. */
export const isAllowedHost = (text: string): boolean => HOST.test(text);
