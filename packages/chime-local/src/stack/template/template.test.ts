import { describe, expect, it } from 'vitest';
import { type ResolutionScope, resolveConditions, resolveValue } from './intrinsics.ts';
import { creationOrder } from './order.ts';
import { TemplateError } from './template.ts';

const scope = (over: Partial<ResolutionScope> = {}): ResolutionScope => ({
  pseudo: { 'AWS::Region': 'us-east-1', 'AWS::Partition': 'aws' },
  parameters: { Stage: 'prod' },
  mappings: { Sizes: { 'us-east-1': { small: 3 } } },
  conditions: {},
  ref: (id) => (id === 'Table' ? 'table-1' : undefined),
  attribute: (id, name) => (id === 'Table' && name === 'Arn' ? 'arn:table-1' : undefined),
  ...over,
});

describe('intrinsic functions', () => {
  it.each([
    ['Ref of a resource', { Ref: 'Table' }, 'table-1'],
    ['Ref of a parameter', { Ref: 'Stage' }, 'prod'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table-1'],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:table-1'],
    [
      'Join',
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':', { Ref: 'Table' }]] },
      'arn:aws:table-1',
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': ['${Table}-${x}-${!kept}', { x: { Ref: 'Stage' } }] },
      'table-1-prod-${kept}',
    ],
    [
      'Select of Split',
      { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Table', 'Arn'] }] }] },
      'table-1',
    ],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 3],
    ['NoValue leaves the member out', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(resolveValue(value, scope())).toEqual(expected);
  });

  it('chooses by condition', () => {
    const s = scope();
    resolveConditions(
      { Resources: {}, Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } } },
      s,
    );
    expect(resolveValue({ 'Fn::If': ['IsProd', 'yes', 'no'] }, s)).toBe('yes');
  });

  it('says which reference is wrong', () => {
    expect(() => resolveValue({ Ref: 'Nobody' }, scope())).toThrow(TemplateError);
    expect(() => resolveValue({ 'Fn::GetAtt': ['Table', 'Colour'] }, scope())).toThrow(/Table\.Colour/);
    expect(() => resolveValue({ 'Fn::Cidr': [] }, scope())).toThrow(/Fn::Cidr/);
  });
});

describe('creation order', () => {
  it('puts what is referred to first', () => {
    const order = creationOrder({
      Resources: {
        Policy: { Type: 'P', Properties: { b: { 'Fn::Sub': 'x${Bucket.Arn}' } }, DependsOn: 'Function' },
        Function: { Type: 'F', Properties: { t: { 'Fn::GetAtt': ['Table', 'Arn'] } } },
        Table: { Type: 'T' },
        Bucket: { Type: 'B' },
      },
    });
    expect(order.indexOf('Table')).toBeLessThan(order.indexOf('Function'));
    expect(order.indexOf('Function')).toBeLessThan(order.indexOf('Policy'));
    expect(order.indexOf('Bucket')).toBeLessThan(order.indexOf('Policy'));
  });

  it('names a circle', () => {
    expect(() =>
      creationOrder({
        Resources: { A: { Type: 'X', DependsOn: 'B' }, B: { Type: 'X', Properties: { a: { Ref: 'A' } } } },
      }),
    ).toThrow(/A -> B -> A/);
  });
});
