import { expect, it } from 'vitest';
import { errorOf } from './function-error.ts';

it('Errors of Python functions list their sources, innermost first', () => {
  const { message, stack } = errorOf(
    JSON.stringify({
      errorType: 'KeyError',
      errorMessage: "'CALLS_TABLE'",
      stackTrace: [
        '  File "/app/handler.py", line 12, in handler\n    return answer(event)\n',
        '  File "/app/answers.py", line 3, in answer\n    os.environ["CALLS_TABLE"]\n',
        '  File "<frozen os>", line 679, in __getitem__\n',
      ],
    }),
  );
  expect(message).toBe("KeyError: 'CALLS_TABLE'");
  expect(stack?.split('\n').slice(1)).toEqual([
    '    at answer (/app/answers.py:3)',
    '    at handler (/app/handler.py:12)',
  ]);
});

it('An error of a Node.js function keeps its stack', () => {
  const trace = ['Error: no', '    at handler (/app/index.js:1:2)'];
  expect(errorOf(JSON.stringify({ errorType: 'Error', errorMessage: 'no', trace })).stack).toBe(
    trace.join('\n'),
  );
});
