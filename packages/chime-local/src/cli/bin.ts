#!/usr/bin/env node
// The SDK's warning about Node versions is meant for whoever chooses its version, not for the user of this
// command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const [command, ...args] = process.argv.slice(2);
const { endWithReader } = await import('./closed-pipe.ts');
endWithReader();
if (command === 'aws-env') {
  const { printAwsEnvironment } = await import('./aws-env.ts');
  printAwsEnvironment(process.cwd(), args);
} else if (command === 'doctor') {
  const { doctor } = await import('./doctor.ts');
  process.exitCode = await doctor();
} else if (command === 'check') {
  const { check } = await import('#check');
  process.exitCode = await check(args);
} else if (command === 'replay') {
  const { replayCommand } = await import('#rehearsal');
  process.exitCode = await replayCommand(args);
} else if (command === 'rehearse') {
  const { serveStdioTests } = await import('#rehearsal');
  await serveStdioTests();
} else {
  const { main } = await import('./main.ts');
  const awsEnvironment = 'npx chime-local aws-env';
  await main(process.argv.slice(2), { command: 'chime-local', awsEnvironment });
}

export {};
