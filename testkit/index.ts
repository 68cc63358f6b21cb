/** The public interface of the testkit: pretended clocks, networks, phones and operators. */

export * from './aws-cli.ts';
export * from './aws-config.ts';
export * from './callers.ts';
export * from './eventually.ts';
export * from './logged-stack.ts';
export * from './peers/baresip.ts';
export * from './peers/rtp-pcap.ts';
export * from './peers/sipp.ts';
export * from './pretend-network.ts';
export * from './processes.ts';
export * from './reserved-ports.ts';
export * from './resource-limits.ts';
export * from './rounds.ts';
export * from './running-stack.ts';
export * from './runtime-from-outside.ts';
export * from './scripted-clock.ts';
export * from './started-process.ts';
export * from './telephone/called-telephone.ts';
export * from './telephone/ears.ts';
export * from './telephone/rtp-line.ts';
export * from './telephone/telephone.ts';
export * from './tone-prompts.ts';
