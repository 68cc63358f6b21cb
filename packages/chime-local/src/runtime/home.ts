import { networkInterfaces } from 'node:os';
import { UserError } from '#platform';

/** The emulated AWS account. */
export const ACCOUNT_ID = '000000000000';
export const LOOPBACK = '127.0.0.1';

/** This machine's IPv4 address on the local network. @throws UserError if it has none. */
export function lanAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find((address) => address.family === 'IPv4' && !address.internal);
    if (found) return found.address;
  }
  throw new UserError('--lan: this machine has no IPv4 address on a local network; start without it.');
}
