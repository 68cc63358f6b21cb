"""The child process that makes the calls: a JSON document a line, both ways."""

import atexit
import decimal
import json
import os
import shlex
import subprocess
import traceback

DEFAULT_COMMAND = "npx chime-local"
# Seconds that the process has for its end.
END_SECONDS = 10


class MistakeError(Exception):
    """The test asked for something that cannot be; the message says what to do."""


class Process:
    """One conversation with `chime-local rehearse`."""

    def __init__(self):
        command = shlex.split(os.environ.get("CHIME_LOCAL_COMMAND", DEFAULT_COMMAND))
        self._child = subprocess.Popen(
            [*command, "rehearse"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self._ids = 0
        self._applications = 0
        self._handlers = {}
        self._unused = []
        atexit.register(self.close)

    def add(self, handler):
        """The number of a new application; `handler` answers its events, if it is one of this process."""
        self._applications += 1
        self._handlers[self._applications] = handler
        return self._applications

    def forget(self, application):
        """Nobody uses the application any more. The child process learns of it with the next request."""
        self._unused.append(application)

    def ask(self, application, what, call=None, **given):
        """The answer. Raises AssertionError when what was expected of a call did not come."""
        self._ids += 1
        present = {name: value for name, value in given.items() if value is not None}
        forget, self._unused = self._unused, []
        for unused in forget:
            self._handlers.pop(unused, None)
        request = {"id": self._ids, "do": what, "application": application, "call": call, "with": present}
        self._write(json.dumps({**request, "forget": forget}))
        while True:
            line = self._child.stdout.readline()
            if line == "":
                raise MistakeError(f"{' '.join(self._child.args)} has ended; what it said is above.")
            message = json.loads(line)
            if "ask" in message:
                self._answer(message)
            elif "error" in message:
                raise_error(message["error"])
            else:
                return message["answer"]

    def close(self):
        """Ends the process, with the functions that it runs."""
        if self._child.poll() is None:
            self._child.stdin.close()
            try:
                self._child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()

    def _answer(self, message):
        """The handler of this process is asked; what it raises is an error of the function, as on Lambda."""
        told = {"told": message["ask"]}
        try:
            response = self._handlers[message["application"]](message["event"])
            # Lambda fails as well where an answer is no JSON, such as one with a set.
            line = json.dumps({**told, "response": response}, default=as_json)
        except Exception as error:  # whatever the handler raises
            traceback.print_exc()
            line = json.dumps({**told, "error": f"{type(error).__name__}: {error}"})
        self._write(line)

    def _write(self, line):
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()


def as_json(value):
    """What Lambda's runtime writes, unlike `json`: the numbers of a DynamoDB item, and bytes as a text."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def raise_error(error):
    if error["kind"] == "expectation":
        raise AssertionError(error["text"])
    raise MistakeError(error["text"])
