import { describe, expect, it } from 'vitest';
import { checkNames } from './check-names.ts';
import { type ResolutionScope, resolveConditions, resolveValue } from './intrinsics.ts';
import { creationOrder, dependenciesOf } from './order.ts';
import { parseTemplate } from './parse-template.ts';
import { TemplateError } from './template.ts';

const scope = (over: Partial<ResolutionScope> = {}): ResolutionScope => ({
  pseudo: { 'AWS::Region': 'us-east-1', 'AWS::Partition': 'aws' },
  parameters: { Stage: 'prod' },
  mappings: { Sizes: { 'us-east-1': { small: 3 } } },
  conditions: {},
  ref: (id) => (id === 'Table' ? 'table-1' : undefined),
  attribute: (id, name) => (id === 'Table' && name === 'Arn' ? 'arn:table-1' : undefined),
  importValue: (name) => (name === 'shared' ? 'from-elsewhere' : undefined),
  ...over,
});

describe('names', () => {
  const withPart = (part: object) => ({
    Resources: { A: { Type: 'T' }, B: { Type: 'T' } },
    Conditions: { Known: { 'Fn::Equals': ['a', 'a'] } },
    ...part,
  });
  it.each([
    [
      { Resources: { A: { Type: 'T', Condition: 'Knwon' } } },
      'Template format error: Unresolved condition dependency Knwon in the Resources block of the template',
    ],
    [
      { Outputs: { O: { Value: 1, Condition: 'Knwon' } } },
      'Template format error: Unresolved condition dependency Knwon in the Outputs block of the template',
    ],
    [
      { Conditions: { Known: { 'Fn::Not': [{ Condition: 'Knwon' }] } } },
      'Template format error: Unresolved condition dependency Knwon in the Conditions block of the template',
    ],
    [
      { Resources: { A: { Type: 'T', Properties: { a: [{ 'Fn::If': ['Knwon', 1, 2] }] } } } },
      'Template error: unresolved condition dependency Knwon in Fn::If',
    ],
    [
      { Resources: { A: { Type: 'T', DependsOn: ['A', 'Bb'] } } },
      'Template format error: Unresolved resource dependencies [Bb] in the Resources block of the template',
    ],
  ])('A name that the template does not declare is refused: %j', (part, message) => {
    expect(() => checkNames(withPart(part))).toThrow(new TemplateError(message));
  });

  it('Declared names are accepted, and other members called Condition', () => {
    const Condition = { StringEquals: { a: 'b' } };
    const If = { 'Fn::If': ['Known', { 'Fn::If': ['Known', 1, 2] }, 3] };
    const A = { Type: 'T', Condition: 'Known', DependsOn: 'B', Properties: { Condition, If } };
    expect(() => checkNames(withPart({ Resources: { A, B: { Type: 'T' } } }))).not.toThrow();
  });
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
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Join': ['', ['sha', 'red']] } }, 'from-elsewhere'],
    ['Length', { 'Fn::Length': ['a', 'b'] }, 2],
    ['ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'Table' } } }, '{"a":"table-1"}'],
    ['GetAZs', { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] }, 'us-east-1b'],
    ['Cidr', { 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, ['10.0.0.0/24', '10.0.1.0/24']],
    ['FindInMap with a default', { 'Fn::FindInMap': ['Sizes', 'mars', 'small', { DefaultValue: 9 }] }, 9],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 3],
    ['NoValue leaves the member out', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ])('An intrinsic function is resolved: %s', (_name, value, expected) => {
    expect(resolveValue(value, scope())).toEqual(expected);
  });

  it('Fn::If chooses by condition', () => {
    const s = scope();
    resolveConditions(
      { Resources: {}, Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } } },
      s,
    );
    expect(resolveValue({ 'Fn::If': ['IsProd', 'yes', 'no'] }, s)).toBe('yes');
  });

  it('An error names the wrong reference', () => {
    expect(() => resolveValue({ Ref: 'Nobody' }, scope())).toThrow(TemplateError);
    expect(() => resolveValue({ 'Fn::GetAtt': ['Table', 'Colour'] }, scope())).toThrow(
      'resource Table does not support attribute type Colour in Fn::GetAtt',
    );
    expect(() => resolveValue({ 'Fn::Unheard': [] }, scope())).toThrow(/Fn::Unheard/);
    expect(() => resolveValue({ 'Fn::ImportValue': 'nobody' }, scope())).toThrow(
      'No export named nobody found.',
    );
  });
});

describe('creation order', () => {
  it('Referenced resources come first', () => {
    const order = creationOrder(
      dependenciesOf({
        Resources: {
          Policy: { Type: 'P', Properties: { b: { 'Fn::Sub': 'x${Bucket.Arn}' } }, DependsOn: 'Function' },
          Function: { Type: 'F', Properties: { t: { 'Fn::GetAtt': ['Table', 'Arn'] } } },
          Table: { Type: 'T' },
          Bucket: { Type: 'B' },
        },
      }),
    );
    expect(order.indexOf('Table')).toBeLessThan(order.indexOf('Function'));
    expect(order.indexOf('Function')).toBeLessThan(order.indexOf('Policy'));
    expect(order.indexOf('Bucket')).toBeLessThan(order.indexOf('Policy'));
  });

  it('The error names the cycle', () => {
    expect(() =>
      dependenciesOf({
        Resources: { A: { Type: 'X', DependsOn: 'B' }, B: { Type: 'X', Properties: { a: { Ref: 'A' } } } },
      }),
    ).toThrow(/A -> B -> A/);
  });
});

describe('templates as text', () => {
  it('YAML short forms become full functions', () => {
    const template = parseTemplate(`
Resources:
  Fn:
    Type: X
    Properties:
      a: !Ref Table
      b: !GetAtt Table.Stream.Arn
      c: !Sub 'x-\${Table}'
      d: !Join [',', [!Ref A, !GetAtt [B, Arn]]]
      e: !If [C, !Ref A, !Ref 'AWS::NoValue']
      f: !FindInMap [M, !Ref 'AWS::Region', k]
      g: {"Fn::Select": [0, !Split [':', !ImportValue z]]}
      date: 2012-10-17
`);
    expect(template.Resources.Fn?.Properties).toEqual({
      a: { Ref: 'Table' },
      b: { 'Fn::GetAtt': ['Table', 'Stream.Arn'] },
      c: { 'Fn::Sub': 'x-${Table}' },
      d: { 'Fn::Join': [',', [{ Ref: 'A' }, { 'Fn::GetAtt': ['B', 'Arn'] }]] },
      e: { 'Fn::If': ['C', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] },
      f: { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'k'] },
      g: { 'Fn::Select': [0, { 'Fn::Split': [':', { 'Fn::ImportValue': 'z' }] }] },
      date: '2012-10-17',
    });
  });

  it.each([
    ['{', /JSON not well-formed/],
    ['a: [', /YAML not well-formed/],
    ['a: *b', /YAML not well-formed/],
    [
      `a: &a [x, x]\n${Array.from({ length: 9 }, (_, n) => `b${n}: &b${n} [${'*a, '.repeat(20)}]`).join('\n')}`,
      /alias/,
    ],
    ['[]', /unsupported structure/],
    ['{"Resources": {}}', /At least one Resources member/],
    ['{"Resources": {"a-b": {"Type": "T"}}}', /a-b is non alphanumeric/],
    ['{"Resources": {"A": {}}}', /must contain a Type member/],
  ])('A malformed template is refused: %s', (text, why) => {
    expect(() => parseTemplate(text)).toThrow(why);
  });
});
