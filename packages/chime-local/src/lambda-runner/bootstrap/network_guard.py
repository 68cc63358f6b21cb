"""Keeps a Python function on this machine, whatever its SDK: connections to AWS's host names are redirected to the
emulated AWS, and others are refused with an explanation unless they are allowed. Every client resolves names with
`socket.getaddrinfo` and connects with `socket.socket.connect`.
"""

import errno
import ipaddress
import json
import os
import re
import socket
import subprocess
import sys

# The same pattern as in services/front/aws-hosts.ts, which serves these names.
AWS_HOST = re.compile(
    r"(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.dev|on\.aws|aws\.amazon\.com)$"
)
# The addresses at which EC2 and ECS provide credentials. SDKs ask there if they have none.
METADATA = {"169.254.169.254", "169.254.170.2", "fd00:ec2::254"}
LOOPBACK = "127.0.0.1"
# The endpoint with a prefix that SDKs add for some operations: sync-, streaming-. Smithy, "endpoint trait".
PREFIXED = re.compile(r"^(?:[a-z]+-)+127\.0\.0\.1$")
# Hosts that are reached without a proxy.
HERE = "localhost,127.0.0.1,::1"
HTTP_PORT = 80

_getaddrinfo = socket.getaddrinfo
_gethostbyname = socket.gethostbyname
_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_sendto = socket.socket.sendto


class Rules:
    """Classifies hosts: here (this machine or allowed), prefixed (this machine under another name), aws or refused."""

    def __init__(self, facts):
        self.function_name = facts["functionName"]
        self.aws_port = facts["awsPort"]
        self.tls_port = facts["tlsPort"]
        self.allowed = facts["allowed"]
        self.told = set()
        # Addresses to which allowed names have resolved.
        self.resolved = set()

    def of(self, name):
        host = name.decode() if isinstance(name, bytes) else str(name or "")
        host = host.lower().rstrip(".").strip("[]").split("%")[0]
        if is_loopback(host) or host in self.resolved or self.is_allowed(host):
            return "here"
        if PREFIXED.match(host):
            return "prefixed"
        return "aws" if AWS_HOST.search(host) else "refused"

    def is_allowed(self, host):
        return any(
            host.endswith(one[1:]) if one.startswith("*.") else one in (host, "*") for one in self.allowed
        )

    def refusal(self, host):
        """The explanation of a refusal. Each host is also reported once on the terminal."""
        text = (
            f"Function {self.function_name} wanted to reach {host}: nothing leaves this machine. "
            f"Start with --allow-network {host} to let it."
        )
        if host not in self.told and host not in METADATA:
            print(f"ERROR {text}", file=sys.stderr, flush=True)
        self.told.add(host)
        return text

    def port(self, port):
        """The port of the emulated AWS that stands for a port in the cloud."""
        return self.aws_port if str(port) in (str(HTTP_PORT), "http") else self.tls_port


def is_loopback(host):
    if host in ("", "localhost", "::", "0.0.0.0", "none") or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def guard_network(facts):
    """Replaces the functions that resolve and connect. `facts`: functionName, awsPort, tlsPort, allowed."""
    rules = Rules(facts)

    def getaddrinfo(host, port, *args, **kwargs):
        way = rules.of(host)
        if way == "aws":
            return _getaddrinfo(LOOPBACK, rules.port(port), *only_version_4(args), **only_version_4(kwargs))
        if way == "refused":
            raise socket.gaierror(socket.EAI_NONAME, rules.refusal(host))
        if way == "prefixed":
            return _getaddrinfo(LOOPBACK, port, *only_version_4(args), **only_version_4(kwargs))
        found = _getaddrinfo(host, port, *args, **kwargs)
        rules.resolved.update(entry[4][0].split("%")[0].lower() for entry in found)
        return found

    def gethostbyname(host):
        way = rules.of(host)
        if way == "refused":
            raise socket.gaierror(socket.EAI_NONAME, rules.refusal(host))
        return LOOPBACK if way in ("aws", "prefixed") else _gethostbyname(host)

    def way_to(own, address):
        """The address to connect to instead. Raises ConnectionRefusedError."""
        if own.family not in (socket.AF_INET, socket.AF_INET6):
            return address
        way = rules.of(address[0])
        if way == "refused":
            raise ConnectionRefusedError(errno.ECONNREFUSED, rules.refusal(address[0]))
        if way == "prefixed":
            return (LOOPBACK, address[1])
        return (LOOPBACK, rules.port(address[1])) if way == "aws" else address

    def connect(self, address):
        return _connect(self, way_to(self, address))

    def connect_ex(self, address):
        return _connect_ex(self, way_to(self, address))

    def sendto(self, data, *args):
        return _sendto(self, data, *args[:-1], way_to(self, args[-1]))

    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = gethostbyname
    # Patched in place, so that classes derived from it earlier (TLS sockets) are guarded, too.
    socket.socket.connect = connect
    socket.socket.connect_ex = connect_ex
    socket.socket.sendto = sendto


def guard_children(facts):
    """Guards the Python and Node.js processes that the function starts, through their environment: see
    guard-children.mjs. `os.environ` shows no change; `os.system`, `os.popen`, `os.spawn…`, `os.posix_spawn` and
    multiprocessing use the environment of the process itself, which os.putenv changes.
    """
    told = json.dumps({name: facts[name] for name in ("functionName", "awsPort", "tlsPort", "allowed")})
    children = os.path.join(os.path.dirname(os.path.abspath(__file__)), "children")
    preload = f"--require {json.dumps(os.path.join(children, 'preload.cjs'))}"
    start = subprocess.Popen.__init__

    def add(env):
        proxy = f"http://{LOOPBACK}:{facts['awsPort']}"
        env.update(HTTP_PROXY=proxy, http_proxy=proxy, HTTPS_PROXY=proxy, https_proxy=proxy)
        env.update(NO_PROXY=HERE, no_proxy=HERE)
        env["CHIME_LOCAL_NETWORK"] = told
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [children, env.get("PYTHONPATH")]))
        env["NODE_OPTIONS"] = " ".join(filter(None, [env.get("NODE_OPTIONS"), preload]))
        return env

    for name, value in add(dict(os.environ)).items():
        if os.environ.get(name) != value:
            os.putenv(name, value)

    def guarded(self, *args, **kwargs):
        given = kwargs.get("env")
        kwargs["env"] = add(dict(os.environ if given is None else given))
        start(self, *args, **kwargs)

    subprocess.Popen.__init__ = guarded
    # These take an environment as an argument, usually os.environ.
    for name in ("execve", "execvpe", "spawnve", "spawnvpe", "posix_spawn", "posix_spawnp"):
        original = getattr(os, name, None)
        if original:
            setattr(os, name, with_environment(original, name, add))


def with_environment(original, name, add):
    """Wraps `original` so that the guard is in the environment that it is given: its last argument by position."""
    at = {"execve": 2, "execvpe": 2, "spawnve": 3, "spawnvpe": 3}.get(name, 2)

    def guarded(*args, **kwargs):
        if "env" in kwargs:
            kwargs["env"] = add(dict(kwargs["env"]))
        elif len(args) > at:
            args = (*args[:at], add(dict(args[at])), *args[at + 1 :])
        return original(*args, **kwargs)

    return guarded


def only_version_4(arguments):
    """Sets the address family, the first of the further arguments, to unspecified."""
    if isinstance(arguments, dict):
        return {**arguments, "family": 0} if "family" in arguments else arguments
    return (0, *arguments[1:]) if arguments else arguments
