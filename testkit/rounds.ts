/** Maximum number of rounds per measurement. */
const ROUNDS = 4;

/**
 * Repeats a failed measurement, at most to four rounds. It is meant for sound that is measured in real time
 * while something is done that must not disturb it: a busy machine may spoil one round, a fault of ours
 * spoils all of them.
 *
 * @throws the last round's error
 */
export async function inSomeRound(measure: () => Promise<void>): Promise<void> {
  for (let round = 1; ; round += 1) {
    try {
      return await measure();
    } catch (error) {
      if (round === ROUNDS) throw error;
    }
  }
}
