/** What a writable stream of a process is for this purpose. */
type Output = Pick<NodeJS.WriteStream, 'on'>;

/**
 * Ends the program as Ctrl-C does when nobody reads its output any longer (`| head`), which is no fault of it. Other errors
 * of the output are thrown.
 */
export function endWithReader(
  output: Output = process.stdout,
  end: () => void = () => process.kill(process.pid, 'SIGTERM'),
): void {
  let ending = false;
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (ending) return;
    ending = true;
    end();
  });
}
