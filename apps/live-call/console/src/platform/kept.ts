/**
 * What the page remembers while it is away at the sign-in page: values of this tab in `sessionStorage`,
 * gone with the tab. Never a token.
 */
const PREFIX = 'live-call.';

/** The kept value, or undefined when there is none or it is not what `check` expects. */
export function readKept<T>(name: string, check: (value: unknown) => value is T): T | undefined {
  try {
    const text = sessionStorage.getItem(PREFIX + name);
    if (text === null) return undefined;
    const value: unknown = JSON.parse(text);
    return check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps `value` (JSON) under `name`. A full or forbidden store is no reason to fail: the value is then not kept. */
export function keep(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The page works without; only a return from the sign-in page starts empty.
  }
}

export function forget(name: string): void {
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}
