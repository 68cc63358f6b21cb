import { describe, expect, test } from 'vitest';
import { checkConfig } from './config.ts';
import { whatIsMissing } from './environment.ts';

const good = { apiUrl: 'https://a/', issuer: 'https://i/', clientId: 'c', phoneNumber: '+1' };

describe('the page’s configuration and browser', () => {
  test('A valid configuration is accepted, and the issuer keeps its slash', () => {
    expect(checkConfig(good)).toEqual({ ...good, apiUrl: 'https://a' });
    expect(checkConfig({ ...good, activityUrl: 'http://h/x' }).activityUrl).toBe('http://h/x');
  });

  test('All faults are listed at once', () => {
    expect(() => checkConfig({ issuer: 'javascript:1', clientId: '', phoneNumber: '+1' })).toThrow(
      expect.objectContaining({
        problems: [
          expect.stringContaining('no apiUrl'),
          expect.stringContaining('issuer is not an http(s) URL'),
          expect.stringContaining('no clientId'),
        ],
      }),
    );
    expect(() => checkConfig([])).toThrow('not a JSON object');
  });

  test('A browser that lacks something is told what', () => {
    const all = { secureCrypto: true, storage: true, streams: true, dialogs: true };
    expect(whatIsMissing(all)).toEqual([]);
    expect(whatIsMissing({ ...all, secureCrypto: false, storage: false })).toEqual([
      expect.stringContaining('https://'),
      expect.stringContaining('sessionStorage'),
    ]);
  });
});
