/** How often a measurement is made at most. */
const ROUNDS = 4;

/**
 * Makes a measurement again when it fails, at most four times. For what is heard, in real time, while something is done
 * that must not disturb it: a busy machine may spoil one round, a fault of ours spoils each.
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
