import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATOR_ROUTES } from '#contract';
import { OPENAPI_FILE } from './openapi.ts';

interface Described {
  paths: Record<string, { post: { summary: string; responses: Record<string, unknown> } }>;
  components: { schemas: Record<string, { required?: string[]; properties?: object }> };
}
const EXAMPLES = 'apps/live-call/contract/examples/update-call';

describe('the description of the operator API', () => {
  // What would be generated now: `generate.test.ts` checks that the two are equal.
  const text = readFileSync(OPENAPI_FILE, 'utf8');
  const { paths, components } = JSON.parse(text) as Described;

  it('Every route is described, with its possible refusals', () => {
    expect(Object.keys(paths)).toEqual(Object.keys(OPERATOR_ROUTES).map((name) => `/${name}`));
    for (const { post } of Object.values(paths)) {
      expect(post.summary).not.toBe('');
      expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['400', '401', '429', '500']));
    }
  });

  it('The description refers only to documents that it contains', () => {
    const named = [...text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name !== undefined && name in components.schemas))).toEqual([]);
    expect(text).not.toContain('#/definitions/');
  });

  it("The twins' examples answer with statuses that are described", () => {
    const statuses = readdirSync(EXAMPLES).map((name) => {
      const text = readFileSync(path.join(EXAMPLES, name), 'utf8');
      return String((JSON.parse(text) as { expect: { status: number } }).expect.status);
    });
    const described = Object.keys(paths['/updateCallNode']?.post.responses ?? {});
    expect(statuses.length).toBeGreaterThan(40);
    expect([...new Set(statuses)].filter((status) => !described.includes(status))).toEqual([]);
  });
});
