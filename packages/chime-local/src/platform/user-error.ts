/**
 * A mistake that the user can fix: the message says what is wrong and what to do, and is shown without a
 * stack trace.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** System errors whose messages suffice: a port in use, a folder without write permission, a full disk. */
const SYSTEM_CODES = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOSPC', 'EROFS']);

const codeOf = (error: unknown): string =>
  String((error as NodeJS.ErrnoException | undefined | null)?.code ?? '');

/** Whether the message is all that the user needs to see. */
export function isUserError(error: unknown): boolean {
  if (error instanceof UserError) return true;
  return SYSTEM_CODES.has(codeOf(error)) || SYSTEM_CODES.has(codeOf((error as Error | undefined)?.cause));
}
