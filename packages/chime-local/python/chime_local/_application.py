"""Applications under test, and calls to and from them."""

import weakref
from pathlib import Path

from ._process import MistakeError, Process

_shared = None


class Context:
    """The context object of a handler that runs in the test's own process, as far as handlers look at it."""

    function_name = "handler"
    function_version = "$LATEST"
    memory_limit_in_mb = 128
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:handler"

    def get_remaining_time_in_millis(self):
        return 20_000


def sma(handler):
    """The application whose function is this Python function: `handler(event, context)`, in this process."""
    global _shared
    if _shared is None:
        _shared = Process()
    return Application(handler, process=_shared)


class Application:
    """A SIP media application under test; its calls share a clock, meetings and tables.

    `handler`: a function of this process. Without one it is the application's own, run as chime-local runs it. `source`,
    `template`, `config` and `assembly` are paths: a handler's file or folder, a template of CloudFormation or SAM, a
    configuration of chime-local, a folder of the CDK. `data_from`: a data folder with whose tables it begins.
    `function_name`: where the application has several functions. `over="sip"`: calls by telephones with real SIP and RTP on
    the loopback, in real time; `hears` waits until the sound itself has come out of the telephone. The application needs a
    number then. A handler of this process is asked while a method of a call waits: let time go by with `pass_`.
    """

    def __init__(
        self,
        handler=None,
        *,
        source=None,
        template=None,
        config=None,
        assembly=None,
        parameters=None,
        buckets=None,
        data_from=None,
        function_name=None,
        over=None,
        process=None,
    ):
        self._process = process or Process()
        self._owns_process = process is None
        self._number = self._process.add(handler and (lambda event: handler(event, Context())))
        weakref.finalize(self, self._process.forget, self._number)
        self.ask(
            "open",
            asked=handler is not None,
            handler=source,
            template=template,
            config=config,
            assembly=assembly,
            parameters=parameters,
            buckets=buckets,
            dataFrom=data_from,
            functionName=function_name,
            over=over,
        )

    def dial(self, *, from_=None, to=None, sip_headers=None):
        """Somebody calls the application; returns when NEW_INBOUND_CALL is answered."""
        given = {"from": from_, "to": to, "sipHeaders": sip_headers}
        return Call(self, self.ask("dial", **given))

    def call(self, *, from_=None, to=None, arguments=None):
        """The application calls somebody; returns when NEW_OUTBOUND_CALL is answered."""
        given = {"from": from_, "to": to, "arguments": arguments}
        return Call(self, self.ask("call", **given))

    def items(self, table):
        """Every item of a table, by its name or a part of it that no other has."""
        return self.ask("items", table=table)

    def replay(self, record, *, keys=None):
        """A recorded call (the path of its file) with today's code, where the application is not a function of this process.

        `keys`: what was pressed, where the record masks it. Gives `same`, `differences` (of the answers, in words), `heard`
        (`recorded`, `today` and their `differences`) and `transcript`.
        """
        text = Path(record).read_text(encoding="utf-8")
        return self.ask("replay", record=text, keys=keys)

    def reset(self):
        """Tables as they were at the beginning, no meetings, no calls."""
        self.ask("reset")

    def close(self):
        """Ends the application's functions."""
        self.ask("close")
        if self._owns_process:
            self._process.close()

    def ask(self, what, call=None, **given):
        """For calls: what the process that makes them answers."""
        return self._process.ask(self._number, what, call, **given)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()


class Call:
    """A call on a virtual clock, or by real telephones. What a method expects and does not come raises AssertionError, with the
    call's transcript. Over SIP a call has no `fall_silent`, `actions`, `problems`, `heard` and `state`.
    """

    def __init__(self, application, number):
        self._application = application
        self._number = number

    def hears(self, expected=None, *, pattern=None, within_ms=None):
        """The key of a file or its end, or words of a text; `pattern`: a regular expression (JavaScript's)."""
        self._do("hears", expected=expected, pattern=pattern, withinMs=within_ms)

    def press(self, keys, leg="LEG-A"):
        self._do("press", keys=keys, leg=leg)

    def update(self, **arguments):
        """UpdateSipMediaApplicationCall with these arguments."""
        self._do("update", arguments=arguments)

    def joins(self, within_ms=None):
        """The caller joins a meeting; the attendee."""
        return self._do("joins", withinMs=within_ms)

    def ends(self, within_ms=None):
        """How the call ends: `by` (caller, application, service), `why`, `at` (milliseconds)."""
        return self._do("ends", withinMs=within_ms)

    def hang_up(self, leg="LEG-A"):
        self._do("hangUp", leg=leg)

    def ringing(self):
        """Whom the application calls rings."""
        self._do("ringing")

    def answered(self):
        """Whom the application calls answers."""
        self._do("answered")

    def refused(self, sip_response_code=486):
        """Whom the application calls refuses."""
        self._do("refused", sipResponseCode=sip_response_code)

    def fall_silent(self, leg="LEG-A"):
        self._do("fallSilent", leg=leg)

    def pass_(self, milliseconds):
        """Time goes by."""
        self._do("pass", ms=milliseconds)

    def quiet(self):
        """Until nothing more happens by itself."""
        self._do("quiet")

    @property
    def events(self):
        """Every event that was sent to the handler."""
        return self._look("events")

    @property
    def actions(self):
        """What the handler answered last."""
        return self._look("actions")

    @property
    def problems(self):
        """What the service objects to in the answers; a good handler's call has none."""
        return self._look("problems")

    @property
    def heard(self):
        return self._look("heard")

    @property
    def attendee(self):
        return self._look("attendee")

    @property
    def state(self):
        """`ringing`, `connected` or `ended`."""
        return self._look("state")

    @property
    def transcript(self):
        return self._look("transcript")

    def _look(self, what):
        seen = self._do("look")
        if what not in seen:
            raise MistakeError(f"A call over SIP has no {what}; it has {', '.join(seen)}. Leave over=\"sip\" out for more.")
        return seen[what]

    def _do(self, what, **given):
        return self._application.ask(what, self._number, **given)
