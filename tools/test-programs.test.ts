import { describe, expect, it, vi } from 'vitest';
import { ensurePrograms, PROGRAMS, programsOf } from './test-programs.ts';
import { sources } from './tidy/sources.ts';

const names = (...files: string[]): string[] => programsOf(files).map(({ name }) => name);
const unitTests = sources(['.test.ts', '.test.tsx'])
  .map(({ path }) => path)
  .filter((path) => !path.startsWith('tests/'));

describe('the programs of tests', () => {
  it('Tests beside the code need no programs', () => {
    expect(unitTests.length).toBeGreaterThan(100);
    expect(names(...unitTests.filter((path) => !path.startsWith('tools/')))).toEqual([]);
  });

  it.each([
    ['tests/aws/sdk.test.ts', []],
    ['tests/phones/sipp.test.ts', ['sipp']],
    ['tests/phones/baresip.test.ts', ['baresip']],
    ['tests/phones/recipes.test.ts', ['baresip', 'linphonec']],
    ['tests/phone-page/calls.test.ts', ['chromium']],
    ['tests/page-calls/firefox.test.ts', ['firefox-esr']],
  ])('The programs of %s are %j', (file, expected) => {
    expect(names(file)).toEqual(expected);
  });

  it('Programs that cannot be installed are named with their package', async () => {
    const missing = { ...PROGRAMS[0], name: 'no-such-program', debian: 'no-such-package' };
    const getuid = vi.spyOn(process as Required<NodeJS.Process>, 'getuid').mockReturnValue(1000);
    try {
      await expect(ensurePrograms([missing as (typeof PROGRAMS)[number]])).rejects.toThrow(
        /need no-such-program \(.*sudo apt-get install .* no-such-package/,
      );
    } finally {
      getuid.mockRestore();
    }
  });
});
