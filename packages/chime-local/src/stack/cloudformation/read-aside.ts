import { matchesAside, parseTemplateAside, takesLongToRead } from '#template';
import { SlowPattern, TRIED_ASIDE_MS, verdictKey } from './allowed-pattern.ts';
import type { GivenInput } from './input.ts';

/**
 * Carries out a request without blocking the main thread, even if its template takes long to parse or its
 * patterns take long to match. `act` is repeated if a pattern's verdict was missing, so it must throw before
 * it changes anything.
 * @throws what `act` throws
 */
export async function readAside<Given extends GivenInput, Result>(
  given: Given,
  act: (given: Given) => Result,
): Promise<Result> {
  const { templateBody = '' } = given;
  const template = takesLongToRead(templateBody) ? await parseTemplateAside(templateBody) : undefined;
  const patternVerdicts = new Map<string, boolean>();
  const read = { ...given, ...(template ? { template } : {}), patternVerdicts };
  for (;;) {
    try {
      return act(read);
    } catch (error) {
      if (!(error instanceof SlowPattern)) throw error;
      const verdict = await matchesAside(error.pattern, error.value, TRIED_ASIDE_MS);
      if (verdict === undefined) throw error;
      patternVerdicts.set(verdictKey(error.pattern, error.value), verdict);
    }
  }
}
