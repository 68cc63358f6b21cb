/**
 * What the page remembers while the person is at the sign-in page: values of this tab in `sessionStorage`,
 * which disappear with the tab. A token is never stored.
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

/**
 * Stores `value` as JSON under `name`. If the storage is full or forbidden, the value is not stored and no
 * error is raised.
 */
export function keep(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The page works without it; only the state before a sign-in is lost.
  }
}

export function forget(name: string): void {
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // The value had not been stored.
  }
}
