/** A mistake that the person at the terminal can mend: the message says what is wrong and what to do, and is shown alone. */
export class UserError extends Error {
  override name = 'UserError';
}

/** Errors of the system whose words are enough: a taken port, a folder that may not be written, a full disk. */
const SYSTEM_CODES = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOSPC', 'EROFS']);

const codeOf = (error: unknown): string =>
  String((error as NodeJS.ErrnoException | undefined | null)?.code ?? '');

/** True when the message is all that the person needs to see. */
export function isUserError(error: unknown): boolean {
  if (error instanceof UserError) return true;
  return SYSTEM_CODES.has(codeOf(error)) || SYSTEM_CODES.has(codeOf((error as Error | undefined)?.cause));
}
