/**
 * Keeps a Node.js function on this machine, whatever its SDK: connections to AWS's host names are redirected
 * to the emulated AWS, and others are refused with an explanation unless they are allowed. Every client of
 * Node.js (http, https, fetch, http2, tls) connects with `net.Socket`, so one place is enough. This is
 * CommonJS, because nothing else can be loaded into a thread before its own code.
 */
'use strict';
const dgram = require('node:dgram');
const dns = require('node:dns');
const { syncBuiltinESMExports } = require('node:module');
const net = require('node:net');

/** The same pattern as in services/front/aws-hosts.ts, which serves these names. */
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.dev|on\.aws|aws\.amazon\.com)$/;
/** The addresses at which EC2 and ECS provide credentials. SDKs ask there if they have none. */
const METADATA = new Set(['169.254.169.254', '169.254.170.2', 'fd00:ec2::254']);
const LOOPBACK = '127.0.0.1';
const HTTP_PORT = 80;
/** The endpoint with a prefix that SDKs add for some operations: `sync-`, `streaming-`. Smithy, "endpoint trait". */
const PREFIXED = /^(?:[a-z]+-)+127\.0\.0\.1$/;

/** `facts` is `{ functionName, awsPort, tlsPort, allowed }`. */
exports.guardNetwork = function guardNetwork(facts) {
  const rules = createRules(facts);
  guardSockets(rules, facts);
  guardNames(rules);
  guardDatagrams(rules);
  syncBuiltinESMExports();
};

/**
 * Classifies hosts: `here` (this machine or allowed), `prefixed` (this machine under another name), `aws` or
 * `refused`.
 */
function createRules({ allowed, functionName }) {
  const told = new Set();
  const isAllowed = (host) =>
    allowed.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : one === host || one === '*'));
  return {
    of(name) {
      const host = String(name)
        .toLowerCase()
        .replace(/\.$/, '')
        .replace(/^\[(.*)\]$/, '$1');
      if (isLoopback(host) || isAllowed(host)) return 'here';
      if (PREFIXED.test(host)) return 'prefixed';
      return AWS_HOST.test(host) ? 'aws' : 'refused';
    },
    /** Creates the error that explains the refusal. Each host is also reported once on the terminal. */
    refusal(host, code) {
      const text = `Function ${functionName} wanted to reach ${host}: nothing leaves this machine. Start with --allow-network ${host} to let it.`;
      if (!told.has(host) && !METADATA.has(host)) process.stderr.write(`ERROR ${text}\n`);
      told.add(host);
      return Object.assign(new Error(text), {
        code,
        syscall: code === 'ENOTFOUND' ? 'getaddrinfo' : 'connect',
        hostname: host,
      });
    },
  };
}

function isLoopback(host) {
  if (host === '' || host === 'localhost' || host.endsWith('.localhost')) return true;
  if (host === '::1' || host === '::' || host === '0.0.0.0') return true;
  return /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host);
}

function guardSockets(rules, { awsPort, tlsPort }) {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function guarded(...args) {
    const normalized = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
    const [options] = normalized;
    // A path names a Unix domain socket of this machine.
    if (options.path) return connect.call(this, normalized);
    const host = options.host ?? 'localhost';
    const way = rules.of(host);
    if (way === 'here') return connect.call(this, normalized);
    if (way === 'prefixed') {
      normalized[0] = { ...options, host: LOOPBACK, lookup: undefined, family: 4 };
      return connect.call(this, normalized);
    }
    const port = Number(options.port) === HTTP_PORT ? awsPort : tlsPort;
    if (way === 'aws' && port > 0) {
      normalized[0] = {
        ...options,
        host: LOOPBACK,
        port,
        lookup: undefined,
        family: 4,
        localAddress: undefined,
      };
      return connect.call(this, normalized);
    }
    this.connecting = true;
    const error = rules.refusal(host, 'ECONNREFUSED');
    process.nextTick(() => this.destroy(error));
    return this;
  };
}

/** Names are not resolved either: a query to a name server leaves the machine, too. */
function guardNames(rules) {
  for (const name of Object.keys(dns).filter(
    (key) => /^(lookup|resolve)/.test(key) && key !== 'lookupService',
  )) {
    const original = dns[name];
    if (typeof original !== 'function') continue;
    dns[name] = function guarded(host, ...rest) {
      const way = rules.of(host ?? '');
      if (way === 'here') return original.call(this, host, ...rest);
      const done = rest.at(-1);
      const answer = () => (way === 'refused' ? [rules.refusal(host, 'ENOTFOUND')] : addressOf(name, rest));
      process.nextTick(() => done(...answer()));
      return {};
    };
    const promised = dns.promises[name];
    if (typeof promised !== 'function') continue;
    dns.promises[name] = async function guarded(host, ...rest) {
      const way = rules.of(host ?? '');
      if (way === 'here') return promised.call(this, host, ...rest);
      if (way === 'refused') throw rules.refusal(host, 'ENOTFOUND');
      const [, address, family] = addressOf(name, rest);
      return name === 'lookup' && !Array.isArray(address) ? { address, family } : address;
    };
  }
}

/** The callback's arguments, which give the address of this machine. */
function addressOf(name, [options]) {
  if (name !== 'lookup') return [null, [LOOPBACK]];
  if (options?.all) return [null, [{ address: LOOPBACK, family: 4 }]];
  return [null, LOOPBACK, 4];
}

function guardDatagrams(rules) {
  for (const name of ['send', 'connect']) {
    const original = dgram.Socket.prototype[name];
    dgram.Socket.prototype[name] = function guarded(...args) {
      const numbers = args.findLastIndex((value) => typeof value === 'number');
      const address = args[numbers + 1];
      if (typeof address !== 'string' || rules.of(address) === 'here') return original.apply(this, args);
      throw rules.refusal(address, 'ECONNREFUSED');
    };
  }
}
