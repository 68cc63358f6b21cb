/** The front door of the testkit: pretend clocks, networks, phones and operators. */

export * from './running-stack.ts';
export * from './scripted-clock.ts';
export * from './telephone/rtp-line.ts';
export * from './telephone/telephone.ts';
