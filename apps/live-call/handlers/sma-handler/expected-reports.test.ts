import type { Action } from 'pstn-audio';
import { describe, expect, it } from 'vitest';
import { Actions, hangUp, modifyAttendees, speak } from './actions.ts';
import { type ExpectedReport, expectReports, type Issued, takeReport } from './expected-reports.ts';

const actions = new Actions('prompts');
const prompt = actions.play('a.wav');
const mute = modifyAttendees('Mute', 'm', ['x'])[0] as Action;

const own = (...list: Action[]): Issued[] => list.map((action) => ({ action }));
const of = (updateId: string, ...list: Action[]): Issued[] =>
  list.map((action, index) => ({ action, ...(index === 0 ? { updateId } : {}) }));

/** Follows a call: takes responses and reports, and yields the outcomes of updates. */
class Call {
  expected: ExpectedReport[] = [];
  fates: string[] = [];

  respond(issued: Issued[], answers: 'update' | 'other'): this {
    const { expected, settled } = expectReports(this.expected, issued, answers);
    this.expected = expected;
    this.fates.push(...settled.map(({ updateId, outcome }) => `${updateId} ${outcome}`));
    return this;
  }

  report(kind: 'succeeded' | 'failed' | 'interrupted', action: Action): this {
    const { expected, match, settled } = takeReport(
      this.expected,
      kind,
      action.Type,
      action.Parameters ?? {},
    );
    this.expected = expected;
    this.fates.push(...settled.map(({ updateId, outcome }) => `${updateId} ${outcome}`));
    this.fates.push(match?.updateId ? `${match.updateId} ${kind}` : match ? `own ${kind}` : 'unknown');
    return this;
  }
}

describe('the matching of reports to updates', () => {
  it('An update that plays alone is done with its report', () => {
    const call = new Call().respond(of('U', prompt), 'update').report('succeeded', prompt);
    expect([call.fates, call.expected]).toEqual([['U succeeded'], []]);
  });

  it("An update interrupts the call's own prompt", () => {
    const joined = actions.play('joined.wav');
    const call = new Call().respond(own(joined), 'other').respond(of('U', prompt), 'update');
    expect(call.report('interrupted', joined).report('succeeded', prompt).fates).toEqual([
      'own interrupted',
      'U succeeded',
    ]);
  });

  it('Of two updates with one prompt the first is interrupted', () => {
    const call = new Call().respond(of('U1', prompt), 'update').respond(of('U2', prompt), 'update');
    expect(call.report('interrupted', prompt).report('succeeded', prompt).fates).toEqual([
      'U1 interrupted',
      'U2 succeeded',
    ]);
  });

  it('Three updates may arrive before the first interruption is reported', () => {
    const [p1, p2, p3] = ['1', '2', '3'].map((text) => speak(text)) as [Action, Action, Action];
    const call = new Call().respond(of('U1', p1), 'update').respond(of('U2', p2), 'update');
    call.respond(of('U3', p3), 'update').report('interrupted', p1).report('interrupted', p2);
    expect(call.report('succeeded', p3).fates).toEqual(['U1 interrupted', 'U2 interrupted', 'U3 succeeded']);
  });

  it('Two updates succeed when the first ends before the second begins', () => {
    const call = new Call().respond(of('U1', prompt), 'update').respond(of('U2', prompt), 'update');
    expect(call.report('succeeded', prompt).report('succeeded', prompt).fates).toEqual([
      'U1 succeeded',
      'U2 succeeded',
    ]);
  });

  it('An update behind an uninterruptible action waits for it', () => {
    const call = new Call().respond(own(mute, prompt), 'other').respond(of('U', prompt), 'update');
    expect(call.report('succeeded', mute).report('succeeded', prompt).fates).toEqual([
      'own succeeded',
      'U succeeded',
    ]);
  });

  it('A waiting update is replaced by the next one', () => {
    const call = new Call().respond(own(mute, prompt), 'other').respond(of('U1', prompt), 'update');
    call.respond(of('U2', prompt), 'update').report('succeeded', mute).report('succeeded', prompt);
    expect(call.fates).toEqual(['U1 interrupted', 'own succeeded', 'U2 succeeded']);
  });

  it('An update that waits behind a failing action is dropped', () => {
    const call = new Call().respond(own(mute, prompt), 'other').respond(of('U', prompt), 'update');
    expect(call.report('failed', mute).fates).toEqual(['U dropped', 'own failed']);
    expect(call.expected).toEqual([]);
  });

  it('A mute is done when the mixer reports it, despite the prompt', () => {
    const call = new Call().respond(of('U1', mute, prompt), 'update').report('succeeded', mute);
    call.respond(of('U2', speak('x')), 'update').report('interrupted', prompt);
    expect(call.report('succeeded', speak('x')).fates).toEqual([
      'U1 succeeded',
      'own interrupted',
      'U2 succeeded',
    ]);
  });

  it('A later update that replaces the prompt loses no mute', () => {
    const call = new Call().respond(of('U1', mute, prompt), 'update').respond(of('U2', speak('x')), 'update');
    expect(call.report('succeeded', mute).report('succeeded', speak('x')).fates).toEqual([
      'U1 succeeded',
      'U2 succeeded',
    ]);
  });

  it('Keys stay waiting for an update that still plays', () => {
    const call = new Call().respond(of('U', prompt), 'update').respond(own(mute, prompt), 'other');
    expect(call.report('succeeded', mute).report('succeeded', prompt).fates).toEqual([
      'U done',
      'own succeeded',
      'own succeeded',
    ]);
  });

  it('A hang-up reports nothing; no actions change nothing', () => {
    const call = new Call().respond(of('U', hangUp()), 'update').respond([], 'update');
    expect([call.expected, call.fates]).toEqual([[], []]);
  });

  it('A report that nobody expected belongs to no update', () => {
    expect(new Call().respond(of('U', prompt), 'update').report('succeeded', mute).fates).toEqual([
      'unknown',
    ]);
  });
});
