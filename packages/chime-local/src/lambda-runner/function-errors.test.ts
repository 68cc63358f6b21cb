import { describe, expect, it } from 'vitest';
import { faultInLine, framesOf } from './function-errors.ts';

describe("a function's error", () => {
  it("A function's error names places only in its own sources", () => {
    const frames = framesOf([
      'TypeError: x is undefined',
      '    at decide (/app/handlers/decide.ts:41:13)',
      '    at async Runtime.run (file:///app/handlers/handler.mjs:7:1)',
      '    at /app/other.ts:3:9',
      '    at run (file:///opt/lambda-runner/bootstrap/bootstrap.mjs:120:20)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    ]);
    expect(frames).toEqual([
      { text: 'decide', file: '/app/handlers/decide.ts', line: 41, column: 13 },
      { text: 'async Runtime.run', file: '/app/handlers/handler.mjs', line: 7, column: 1 },
      { text: '', file: '/app/other.ts', line: 3, column: 9 },
    ]);
  });

  it("A Python function's error names places in its sources", () => {
    const frames = framesOf(['  File "/app/handler.py", line 12, in handler\n    raise ValueError()\n']);
    expect(frames).toEqual([{ text: 'handler', file: '/app/handler.py', line: 12 }]);
  });

  it('An error is found in the line that Lambda’s runtime writes', () => {
    const document = {
      errorType: 'TypeError',
      errorMessage: 'no',
      stack: ['TypeError: no', '    at f (/a.ts:1:2)'],
    };
    const line = `2026-01-01T00:00:00.000Z\tid\tERROR\tInvoke Error ${JSON.stringify(document)}`;
    expect(faultInLine(line)).toEqual({
      type: 'TypeError',
      message: 'no',
      frames: [{ text: 'f', file: '/a.ts', line: 1, column: 2 }],
    });
    for (const other of [
      'hello',
      '2026\tid\tERROR\tInvoke Error {broken',
      '2026\tid\tERROR\tan order failed',
    ]) {
      expect(faultInLine(other)).toBeUndefined();
    }
  });
});
