import type { Worker } from 'node:worker_threads';

/**
 * Bytes of everything that a thread still uses, sound and packets included: its heap, measured after a
 * garbage collection.
 */
export async function heapBytesOf(thread: Worker): Promise<number> {
  let text = '';
  for await (const chunk of await thread.getHeapSnapshot()) text += chunk;
  const { snapshot, nodes } = JSON.parse(text) as {
    snapshot: { meta: { node_fields: string[] } };
    nodes: number[];
  };
  const { node_fields: fields } = snapshot.meta;
  let bytes = 0;
  for (let at = fields.indexOf('self_size'); at < nodes.length; at += fields.length) bytes += nodes[at] ?? 0;
  return bytes;
}
