import { useEffect, useState } from 'react';
import { keep, readKept } from '../platform/kept.ts';

/** State that survives a reload and a new sign-in in this tab. */
export function useKeptState<T>(
  name: string,
  initial: T,
  check: (value: unknown) => value is T,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => readKept(name, check) ?? initial);
  useEffect(() => keep(name, value), [name, value]);
  return [value, setValue];
}
