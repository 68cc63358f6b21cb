import { expect, it } from 'vitest';
import { Shortfalls } from './shortfalls.ts';

it('Each unsupported thing is listed once', () => {
  const shortfalls = new Shortfalls();
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(line);
  shortfalls.hold();
  shortfalls.type('AWS::AppSync::Resolver');
  shortfalls.type('AWS::AppSync::ApiKey');
  shortfalls.type('AWS::AppSync::Resolver');
  shortfalls.attribute('Api', 'AWS::AppSync::GraphQLApi', 'ApiId');
  shortfalls.attribute('Api', 'AWS::AppSync::GraphQLApi', 'ApiId');
  shortfalls.tell(tell);
  expect(lines).toEqual([]);
  shortfalls.release(tell);
  expect(lines).toEqual([
    'Not carried out here: AWS::AppSync::ApiKey, AWS::AppSync::Resolver (2).',
    'Plausible values stand in for: Api.ApiId (AWS::AppSync::GraphQLApi).',
  ]);
  shortfalls.type('AWS::AppSync::ApiKey');
  shortfalls.tell(tell);
  expect(lines).toHaveLength(2);
});
