import { expect, it } from 'vitest';
import { requestIdOfTrace, traceIdOf } from './trace-id.ts';

const REQUEST = '1f2f26a1-57e0-46cf-a259-a836d2c47233';

it("A trace id has X-Ray's form and identifies its invocation", () => {
  const trace = traceIdOf(REQUEST, 1_796_121_480_939);
  expect(trace).toBe('Root=1-6b0ea388-57e046cfa259a836d2c47233;Parent=1f2f26a157e046cf;Sampled=0');
  expect(requestIdOfTrace(trace)).toBe(REQUEST);
  expect(requestIdOfTrace(`${trace};Lineage=1:a:0`)).toBe(REQUEST);
  for (const other of ['', 'Root=1', 'Root=1-5759e988-bd862e3fe1be46a994272793']) {
    expect(requestIdOfTrace(other)).toBeUndefined();
  }
});
