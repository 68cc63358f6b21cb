"""Runs a Python function: asks the Runtime API for work, calls the handler, sends what it answered.

One raw connection is kept; a response and the next request for work leave in one packet, because the function
may lie on the path of an update that a caller is waiting for.
"""

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


class RuntimeApi:
    """The process's side of the Lambda Runtime API, over one kept connection."""

    def __init__(self, address):
        self.host, _, prefix = address.partition("/")
        self.base = (("/" + prefix) if prefix else "") + "/2018-06-01/runtime"
        name, _, port = self.host.partition(":")
        self.connection = socket.create_connection((name, int(port)))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.ask = f"GET {self.base}/invocation/next HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()

    def next(self, asked):
        """Headers (lower case) and body of the next invocation."""
        if not asked:
            self.connection.sendall(self.ask)
        status, headers, body = self.answer()
        if status != 200:
            sys.exit(1)
        return headers, body

    def post(self, path, body, then_ask, error_type=None):
        head = f"POST {self.base}{path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
        if error_type:
            head += f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        self.connection.sendall(head.encode() + body + (self.ask if then_ask else b""))
        self.answer()

    def answer(self):
        """Status, headers and body of one HTTP answer. Ends the process when the parent is gone."""
        while True:
            end = self.received.find(b"\r\n\r\n")
            if end >= 0:
                break
            self.receive()
        lines = self.received[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        start = end + 4
        stop = start + int(headers.get("content-length", "0"))
        while len(self.received) < stop:
            self.receive()
        body = self.received[start:stop]
        self.received = self.received[stop:]
        return int(lines[0].split(" ")[1]), headers, body

    def receive(self):
        chunk = self.connection.recv(65536)
        if not chunk:
            os._exit(1)
        self.received += chunk


class CognitoIdentity:
    """The caller's Amazon Cognito identity; never set here."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class LambdaContext:
    """The context object, with the members that Lambda documents for Python."""

    def __init__(self, headers):
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = CognitoIdentity()
        self.client_context = None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


class RuntimeFailure(Exception):
    """An error with a type of Lambda's own."""

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
    """The root logger writes as Lambda's does."""
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
    """`{ errorMessage, errorType, requestId, stackTrace }` of anything that was raised."""
    if isinstance(error, RuntimeFailure):
        error_type, frames = error.error_type, error.frames
    else:
        error_type = type(error).__name__
        # Without the frames of this file.
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


def encode(value):
    try:
        body = json.dumps(value, ensure_ascii=False).encode()
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


def run_one(api, handler, asked):
    headers, body = api.next(asked)
    context = LambdaContext(headers)
    RequestFilter.request_id = context.aws_request_id
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
    path = f"/invocation/{context.aws_request_id}"
    try:
        answer = encode(handler(decode(body), context))
        sys.stdout.flush()
        api.post(f"{path}/response", answer, True)
    except Exception as error:  # whatever the handler raises is the invocation's answer
        document = error_document(error, context.aws_request_id)
        if document["errorType"] != "Runtime.UnmarshalError":
            log_error(document)
        api.post(f"{path}/error", json.dumps(document).encode(), True, document["errorType"])


def main():
    sys.stdout.reconfigure(line_buffering=True)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    set_up_logging()
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    facts = json.loads(sys.argv[1])
    guard_network(facts)
    guard_children(facts)
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:  # whatever loading raises is reported as the reason
        document = error_document(error, None)
        log_error(document)
        api.post("/init/error", json.dumps(document).encode(), False, document["errorType"])
        sys.exit(1)
    asked = False
    while True:
        run_one(api, handler, asked)
        asked = True


main()
