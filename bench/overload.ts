import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad } from './machine.ts';
import type { Figure } from './report.ts';
import { type RtploadResult, rtpload } from './rtpload.ts';

const SECTION = 'More calls than there is time for (meetings of four, 100 further calls a second)';
/** As many as the generator can place: more than a processor core carries. */
const CALLERS = 4_000;
/** Calls placed per second, before the first refusal and after it. */
const RATE = 100;
/** Measured seconds, from the first refusal on. */
const SECONDS = 8;

/** Figures of the calls that were up at the first refusal. */
interface Kept {
  calls: number;
  /** Calls that the server hung up meanwhile. */
  ended: number;
  rx_per_call_s: number;
  least_rx_per_s: number;
}

/** Calls are placed until sound is late and new ones are refused; measures what those in progress hear from then on. */
export async function overloadFigures(): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  const foreign = new ForeignLoad(() => [server.pid]);
  let result: RtploadResult;
  try {
    result = await rtpload([
      ...['-t', `127.0.0.1:${server.port}`, '-u', 'room%d', '-g', '4', '-o'],
      ...['-n', String(CALLERS), '-r', String(RATE), '-d', String(SECONDS), '-p', String(server.pid)],
    ]);
  } finally {
    await server.stop();
  }
  const kept = result.kept as Kept;
  const { p99 } = result.dev_ms as { p99: number };
  const figure = (what: string, value: number | string, unit: string, beside = ''): Figure => ({
    ...{ section: SECTION, what, value, unit, foreignCores: foreign.cores() },
    ...(beside ? { beside } : {}),
  });
  return [
    figure('calls in progress at the first refusal', kept.calls, 'calls'),
    figure('refused with 503, with Retry-After', `${result.refused}, ${result.retry_after}`, 'calls'),
    figure('of those in progress: ended by the server', kept.ended, 'calls', 'aim 0'),
    figure('packets that each of them got, mean', kept.rx_per_call_s, 'a second', 'aim 50'),
    figure('the same, of the call that got fewest', kept.least_rx_per_s, 'a second', 'aim 50'),
    figure('spacing off 20 ms of all meanwhile, p99', p99, 'ms'),
    figure('CPU of the server meanwhile', Number(result.server_cpu), 'cores'),
    figure('CPU of the generator meanwhile', Number(result.gen_cpu), 'cores'),
  ];
}
