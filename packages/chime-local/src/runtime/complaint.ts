import { JournalError } from '#platform';

/** A mistake that the person can mend: its message says what is wrong and what to do, and is shown alone. */
export class Complaint extends Error {
  override name = 'Complaint';
}

/** Errors of the system whose words are enough: a taken port, a folder that may not be written, a full disk. */
const SYSTEM_CODES = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOSPC', 'EROFS']);

const codeOf = (error: unknown): string =>
  String((error as NodeJS.ErrnoException | undefined | null)?.code ?? '');

/** True when the message is all that the person needs to see. */
export function isComplaint(error: unknown): boolean {
  if (error instanceof Complaint || error instanceof JournalError) return true;
  return SYSTEM_CODES.has(codeOf(error)) || SYSTEM_CODES.has(codeOf((error as Error | undefined)?.cause));
}
