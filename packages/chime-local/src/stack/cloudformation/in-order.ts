/**
 * Visits every id concurrently, each as soon as those that it needs were visited. If `visit` resolves with
 * false, the ids that need this one are not visited. Rejects only if `visit` does.
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

/** The reversed graph: each id with the ids that need it. */
export function reversed(needs: ReadonlyMap<string, Iterable<string>>): Map<string, string[]> {
  const result = new Map<string, string[]>([...needs.keys()].map((id) => [id, []]));
  for (const [id, some] of needs) for (const need of some) result.get(need)?.push(id);
  return result;
}
