"""Runs the AWS CLI in processes that have it loaded already: forks of this one, which read arguments, environment, working
directory and standard streams from a socket, and answer with the exit code. Usage: serve_aws.py SOCKET, with the
interpreter of the `aws` command. Ends with its standard input.
"""

import json
import os
import select
import signal
import socket
import sys
import traceback

before = dict(os.environ)
import awscli.clidriver

# The CLI puts the location of its data into its own environment.
OWN = {name: value for name, value in os.environ.items() if before.get(name) != value}
# Load what the command line loads when it starts.
awscli.clidriver.create_clidriver()


def run(connection):
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    size = int.from_bytes(head, "big")
    text = b""
    while len(text) < size:
        text += connection.recv(size - len(text))
    request = json.loads(text)
    for to, stream in enumerate(streams):
        os.dup2(stream, to)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"], **OWN)
    sys.argv = ["aws", *request["args"]]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([int(code or 0) & 255]))


def serve(path):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            code = 1
            try:
                run(connection)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        connection.close()


serve(sys.argv[1])
