/** The front door of the testkit: pretend clocks, networks, phones and operators. */
export * from './scripted-clock.ts';
