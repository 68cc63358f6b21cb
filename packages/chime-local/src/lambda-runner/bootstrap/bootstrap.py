"""Runs a Python function: asks for work, calls the handler and sends its answer, through the channel that
function-channel.ts describes.

A response and the next request for work leave together, because the function may lie on the path of an update
that a caller is waiting for.
"""

import decimal
import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback

from network_guard import guard_children, guard_network

MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100
CHANNEL_DESCRIPTOR = 3
NEXT = b"next - 0\n"


class Channel:
    """The process's end of the channel. One invocation comes at a time."""

    def __init__(self):
        self.socket = socket.socket(fileno=CHANNEL_DESCRIPTOR)
        self.socket.set_inheritable(False)

    def next(self):
        """The next invocation and its event."""
        received = self.receive()
        while b"\n" not in received:
            received += self.receive()
        line, _, body = received.partition(b"\n")
        length, deadline, request_id, trace, arn = line.decode("latin-1").split(" ", 4)
        chunks, missing = [body], int(length) - len(body)
        while missing > 0:
            chunks.append(self.receive())
            missing -= len(chunks[-1])
        return Invocation(request_id, int(deadline), trace, arn), b"".join(chunks)

    def send(self, verb, request_id, body, more=b""):
        self.socket.sendall(f"{verb} {request_id} {len(body)}\n".encode() + body + more)

    def receive(self):
        """Receives some bytes, or ends the process if the parent has ended."""
        chunk = self.socket.recv(65536)
        if not chunk:
            os._exit(1)
        return chunk


class Invocation:
    def __init__(self, request_id, deadline, trace, arn):
        self.request_id = request_id
        # Milliseconds since the epoch.
        self.deadline = deadline
        self.trace = trace
        self.arn = arn


class CognitoIdentity:
    """The caller's Amazon Cognito identity; never set here."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class LambdaContext:
    """The context object, with the members that Lambda documents for Python."""

    def __init__(self, invocation):
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = invocation.arn
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id = invocation.request_id
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = CognitoIdentity()
        self.client_context = None
        self._deadline = invocation.deadline

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


class RuntimeFailure(Exception):
    """An error with one of Lambda's own types."""

    def __init__(self, error_type, message, frames=()):
        super().__init__(message)
        self.error_type = error_type
        self.frames = list(frames)


class RequestFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = RequestFilter.request_id
        return True


def set_up_logging():
    """Makes the root logger write as Lambda's does."""
    handler = logging.StreamHandler(sys.stdout)
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)


def load_handler(name):
    """The callable that `_HANDLER` (`module.function`, `package/module.function`) names."""
    path, dot, member = name.rpartition(".")
    if not dot:
        raise RuntimeFailure("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack")
    try:
        module = importlib.import_module(path.replace("/", "."))
    except ImportError as error:
        raise RuntimeFailure("Runtime.ImportModuleError", f"Unable to import module '{path}': {error}") from error
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        message = f"Syntax error in module '{path}': {error}"
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", message, [where]) from error
    if not callable(getattr(module, member, None)):
        raise RuntimeFailure("Runtime.HandlerNotFound", f"Handler '{member}' missing on module '{path}'")
    return getattr(module, member)


def error_document(error, request_id):
    """The document `{ errorMessage, errorType, requestId, stackTrace }` for anything that was raised."""
    if isinstance(error, RuntimeFailure):
        error_type, frames = error.error_type, error.frames
    else:
        error_type = type(error).__name__
        # The frames of this file are left out.
        frames = [
            line
            for summary, line in zip(
                traceback.extract_tb(error.__traceback__), traceback.format_tb(error.__traceback__)
            )
            if summary.filename != __file__
        ]
    document = {"errorMessage": str(error), "errorType": error_type, "stackTrace": frames}
    if request_id:
        document["requestId"] = request_id
    return document


def log_error(document):
    lines = [f"[ERROR] {document['errorType']}: {document['errorMessage']}"]
    if document["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(frame.rstrip("\n") for frame in document["stackTrace"])
    print("\n".join(lines), flush=True)


def as_json(value):
    """What Lambda's runtime writes, unlike `json`: the numbers of a DynamoDB item, and bytes as a text."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def encode(value):
    try:
        # Bytes are an answer that the handler has encoded itself.
        body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, default=as_json).encode()
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        raise RuntimeFailure("Runtime.MarshalError", message) from error
    if len(body) > MAX_RESPONSE_BYTES:
        message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
        raise RuntimeFailure("Function.ResponseSizeTooLarge", message)
    return body


def decode(body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise RuntimeFailure("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def run_one(channel, handler):
    invocation, body = channel.next()
    # From here on the handler's code may have seen the event, so it is not given to another process.
    channel.send("taken", invocation.request_id, b"")
    context = LambdaContext(invocation)
    request_id = invocation.request_id
    RequestFilter.request_id = request_id
    os.environ["_X_AMZN_TRACE_ID"] = invocation.trace
    try:
        answer = encode(handler(decode(body), context))
        sys.stdout.flush()
        channel.send("response", request_id, answer, NEXT)
    except Exception as error:  # whatever the handler raises is the invocation's answer
        document = error_document(error, request_id)
        if document["errorType"] != "Runtime.UnmarshalError":
            log_error(document)
        channel.send("error", request_id, json.dumps(document).encode(), NEXT)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    set_up_logging()
    channel = Channel()
    facts = json.loads(sys.argv[1])
    guard_network(facts)
    guard_children(facts)
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:  # whatever loading raises is reported as the reason
        document = error_document(error, None)
        log_error(document)
        channel.send("init-error", "-", json.dumps(document).encode())
        sys.exit(1)
    channel.socket.sendall(NEXT)
    while True:
        run_one(channel, handler)


main()
