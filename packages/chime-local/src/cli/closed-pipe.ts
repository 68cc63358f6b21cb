/** The part of a process's output stream that is used here. */
type Output = Pick<NodeJS.WriteStream, 'on'>;

/**
 * Ends the program, as Ctrl-C would, when its output is no longer read (`| head`); that is not an error of
 * the program. Other errors of the output are thrown.
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
