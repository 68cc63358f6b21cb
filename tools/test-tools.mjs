// The programs that the whole-system tests drive: real SIP phones and a real browser, from Debian's packages.
import { spawnSync } from 'node:child_process';

/** Program, the package that holds it, what it is for. */
const PROGRAMS = [
  ['sipp', 'sip-tester', 'a SIP phone for exact message flows'],
  ['baresip', 'baresip-core', 'a SIP phone with a media stack of its own'],
  ['chromium', 'chromium', 'the browser for the web client'],
  ['firefox-esr', 'firefox-esr', 'a second browser'],
];

const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Installs what is missing where that is possible; else says precisely what to do and ends the process. */
export async function ensureTestTools() {
  const missing = PROGRAMS.filter(([program]) => !has(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    for (const [program, , purpose] of missing) console.error(`${program} is missing: ${purpose}.`);
    console.error(`The tests need it. On Debian or Ubuntu: sudo ${command}`);
    process.exit(1);
  }
  console.log(`Installing ${packages.join(', ')} for the tests …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('sh', ['-c', `apt-get update -qq && ${command} -qq >/dev/null`], {
    stdio: 'inherit',
    env,
  });
  if (result.status !== 0 || PROGRAMS.some(([program]) => !has(program))) {
    console.error(`That failed (see above). Run it by hand: ${command}`);
    process.exit(1);
  }
}
