/** A mistake that the person can mend: its message says what is wrong and what to do, and is shown alone. */
export class Complaint extends Error {
  override name = 'Complaint';
}

/** True when the message is all that the person needs to see. */
export function isComplaint(error: unknown): boolean {
  if (error instanceof Complaint) return true;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'EADDRINUSE' || code === 'EACCES' || code === 'ENOSPC';
}
