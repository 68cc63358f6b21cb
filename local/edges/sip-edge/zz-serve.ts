import { startSipEdge } from '#sip-edge';
import { systemClock, systemIds, makeLog } from '#platform';
const args = Object.fromEntries(process.argv.slice(2).map((a) => a.replace(/^--/, '').split('=')));
const quiet = args.quiet !== undefined;
let port = 20000;
const media = {
  async openLeg() { port += 2; if (port > 29000) port = 20000; return { address: '127.0.0.1', rtpPort: port, rtcpPort: port + 1 }; },
  connectLeg(c: string, r: unknown) { if (!quiet) console.log('connect', c, JSON.stringify(r)); },
  closeLeg(c: string) { if (!quiet) console.log('close', c); },
};
const ringMs = Number(args.ring ?? 100), byeMs = Number(args.bye ?? 0), code = Number(args.refuse ?? 0);
const edge = await startSipEdge({ address: '127.0.0.1', port: Number(args.port ?? 5060) }, {
  media, clock: systemClock, ids: systemIds,
  log: makeLog((l, n, t, f) => { if (!quiet || l === 'error') console.log(l, n, t, JSON.stringify(f ?? {})); }),
  events: {
    onLegArrived(leg) {
      if (!quiet) console.log('arrived', JSON.stringify(leg));
      if (code) return edge.hangUp(leg.callId, code);
      edge.ring(leg.callId);
      if (ringMs) setTimeout(() => edge.answer(leg.callId), ringMs); else edge.answer(leg.callId);
      if (byeMs) setTimeout(() => edge.hangUp(leg.callId, 0), byeMs);
    },
    onLegAnswered(c) { if (!quiet) console.log('answered', c); },
    onLegEnded(c, e) { if (!quiet) console.log('ended', c, JSON.stringify(e)); },
    onDigit(c, d) { if (!quiet) console.log('digit', d); },
  },
});
console.log('ready', edge.port, process.pid);
if (args.cpu) setInterval(() => { const u = process.cpuUsage(); console.log('cpu', ((u.user + u.system) / 1000).toFixed(0), 'mem', (process.memoryUsage().rss/1e6).toFixed(0), 'heap', (process.memoryUsage().heapUsed/1e6).toFixed(1), edge.legs); }, 1000);
process.on('SIGINT', () => { edge.close().then(() => process.exit(0)); });
