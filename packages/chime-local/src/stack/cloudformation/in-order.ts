/**
 * Visits everything as early as what it needs allows, side by side. `visit` says whether its dependants may go on;
 * false keeps them from being visited. Never rejects where `visit` never does.
 */
export async function inOrder(
  needs: ReadonlyMap<string, Iterable<string>>,
  visit: (id: string) => Promise<boolean>,
): Promise<void> {
  const visits = new Map<string, Promise<boolean>>();
  const visitAfterNeeds = (id: string): Promise<boolean> => {
    let going = visits.get(id);
    if (!going) {
      const before = [...(needs.get(id) ?? [])].filter((need) => needs.has(need)).map(visitAfterNeeds);
      going =
        before.length === 0 ? visit(id) : Promise.all(before).then((all) => all.every(Boolean) && visit(id));
      visits.set(id, going);
    }
    return going;
  };
  await Promise.all([...needs.keys()].map(visitAfterNeeds));
}

/** The same needs the other way round: each id with what needs it. */
export function reversed(needs: ReadonlyMap<string, Iterable<string>>): Map<string, string[]> {
  const result = new Map<string, string[]>([...needs.keys()].map((id) => [id, []]));
  for (const [id, some] of needs) for (const need of some) result.get(need)?.push(id);
  return result;
}
