import { describe, expect, it } from 'vitest';
import type { SynthesisedStack, Template } from '#template';
import { withParameters } from './parameters.ts';

const stack = (stackName: string, Parameters: Template['Parameters']): SynthesisedStack => ({
  stackName,
  template: { Resources: {}, ...(Parameters ? { Parameters } : {}) },
  assets: new Map(),
});
const front = stack('Front', { Caller: { Type: 'String', Description: 'who may call' } });
const back = stack('Back', {
  Caller: { Type: 'String', Default: 'all' },
  Size: { Type: 'Number', Default: 1 },
});

describe('parameters of templates', () => {
  it('Parameters reach every stack that has them, or the named one', () => {
    const given = { Caller: '+12015550100', 'Back:Caller': 'me', 'Back:Size': '2' };
    expect(withParameters([front, back], given).map(({ parameters }) => parameters)).toEqual([
      { Caller: '+12015550100' },
      { Caller: 'me', Size: '2' },
    ]);
  });

  it('Missing parameter values are requested in one sentence', () => {
    expect(() => withParameters([front, back])).toThrow(
      'The stack Front needs a value for Caller (who may call): give each with --parameter NAME=VALUE.',
    );
  });

  it('A parameter that no template has is refused', () => {
    expect(() => withParameters([back], { '/stored': 'x', Colour: 'red' })).toThrow(
      'The application has no parameter Colour: they are Caller, Size.',
    );
  });

  it('Names with a slash become stored parameters of a first stack', () => {
    const [store, ...others] = withParameters([front], { Caller: '1', '/app/number': '+12065550100' });
    expect(Object.values(store?.template.Resources ?? {})).toEqual([
      {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: '/app/number', Value: '+12065550100', Type: 'String' },
      },
    ]);
    expect(others).toMatchObject([{ stackName: front.stackName }]);
  });
});
