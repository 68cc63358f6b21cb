import type { OfferedKeys } from '#options';
import type { SynthesisedStack } from '#template';

/** The member of a resource's `Metadata` that this program reads. */
const METADATA = 'chime-local';
/** Maximum numbers of buttons, of characters in a button's name, and (in `KEYS`) of keys. Ours. */
const MAX_OFFERED = 8;
const MAX_NAME_CHARACTERS = 20;
const KEYS = /^[0-9*#]{1,32}$/;

/**
 * The keys that a stack's resources name in their `Metadata`:
 * `{ 'chime-local': { keys: [{ name: 'PIN', keys: '1234' }] } }`. Invalid entries are reported to `complain`
 * and not offered.
 */
export function keysOfTemplates(
  templates: readonly SynthesisedStack['template'][],
  complain: (text: string) => void,
): OfferedKeys[] {
  const offered = templates.flatMap(({ Resources }) =>
    Object.entries(Resources).flatMap(([logicalId, { Metadata }]) => {
      const ours = Metadata?.[METADATA] as { keys?: unknown } | undefined;
      if (ours?.keys === undefined) return [];
      const listed: readonly unknown[] = Array.isArray(ours.keys) ? ours.keys : [ours.keys];
      return listed.flatMap((one, index) => {
        if (isOffered(one)) return [one];
        complain(
          `${logicalId}: Metadata.${METADATA}.keys[${index}] is no button of the phone: write { name, keys } with a name of at most ${MAX_NAME_CHARACTERS} characters and up to 32 digits, * and #.`,
        );
        return [];
      });
    }),
  );
  return offered.slice(0, MAX_OFFERED).map(({ name, keys }) => ({ name, keys }));
}

function isOffered(value: unknown): value is OfferedKeys {
  const { name, keys } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isNamed = typeof name === 'string' && name !== '' && name.length <= MAX_NAME_CHARACTERS;
  return isNamed && typeof keys === 'string' && KEYS.test(keys);
}
