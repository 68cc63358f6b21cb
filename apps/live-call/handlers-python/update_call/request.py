"""Reads the body of POST /updateCallPython. The TypeScript twin's `request.ts` applies the same rules."""

import base64
import json
import re

MAX_BODY_BYTES = 16_384
MAX_CHARACTERS = 256
MAX_SPEAK_CHARACTERS = 1000
UPDATE_INFOS = ("PlayAudio", "Speak", "MuteAttendee", "UnmuteAttendee", "DisconnectAttendee")

# Source: service model of Chime SDK Voice, shape GuidString.
_GUID = re.compile(r"[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}")
# A key of the prompts bucket.
_PROMPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
# The format of an order id.
_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_PASSED_ON = ("meetingId", "attendeeId", "fromNumber", "callId")


class BadRequest(Exception):
    """An error in the request: becomes a 400 that names the member."""

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field


def read_json_object(event):
    """The members of the body. Raises BadRequest when it is not a JSON object."""
    body = event.get("body") or ""
    try:
        data = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8")
    except ValueError:
        raise BadRequest("body", "The body is not JSON: send a JSON object.") from None
    if len(data) > MAX_BODY_BYTES:
        raise BadRequest(
            "body", f"The body has {len(data)} bytes; at most {MAX_BODY_BYTES} are allowed."
        )
    try:
        # int() refuses numbers of thousands of digits, which are valid JSON; no member here is a number.
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_int=float)
    except (ValueError, RecursionError):
        raise BadRequest("body", "The body is not JSON: send a JSON object.") from None
    if not isinstance(value, dict):
        raise BadRequest("body", "The body is not a JSON object: send one.")
    return value


def read_update_request(body):
    """Raises BadRequest naming the first wrong member."""
    transaction_id = _text(body, "transactionId") or ""
    if not _GUID.fullmatch(transaction_id):
        raise BadRequest("transactionId", "transactionId must be the GUID of a call: choose a call.")
    update_info = _text(body, "updateInfo") or ""
    if update_info not in UPDATE_INFOS:
        raise BadRequest("updateInfo", f"updateInfo must be one of {', '.join(UPDATE_INFOS)}.")
    request = {"transactionId": transaction_id, "updateInfo": update_info}
    prompt = _prompt(body)
    spoken = _spoken(body, update_info == "Speak")
    for name in _PASSED_ON:
        value = _text(body, name)
        if value:
            request[name] = value
    if _everyone(body, update_info):
        request["everyone"] = True
    order_id = _order_id(body)
    if order_id is not None:
        request["orderId"] = order_id
    if update_info == "PlayAudio" and prompt:
        request["prompt"] = prompt
    if update_info == "Speak" and spoken:
        request["text"] = spoken
    return request


def _prompt(body):
    prompt = _text(body, "prompt")
    if not prompt:
        return None
    if _PROMPT.fullmatch(prompt) and ".." not in prompt:
        return prompt
    raise BadRequest("prompt", "prompt must be the key of a prompt, such as welcome.wav.")


def _everyone(body, update_info):
    everyone = body.get("everyone", False)
    if everyone is False:
        return False
    if everyone is not True:
        raise BadRequest("everyone", "everyone must be true or false.")
    if update_info in ("MuteAttendee", "UnmuteAttendee"):
        return True
    raise BadRequest(
        "everyone", "everyone is for MuteAttendee and UnmuteAttendee: give each call its own update."
    )


def _order_id(body):
    order_id = _text(body, "orderId")
    if order_id is None or _ORDER_ID.fullmatch(order_id):
        return order_id
    raise BadRequest(
        "orderId", "orderId must have 16 to 64 characters of A-Z, a-z, 0-9, _ and -."
    )


def _spoken(body, required):
    value = _text(body, "text", most=None)
    if value is None and not required:
        return None
    spoken = value or ""
    if required and spoken.strip(" \t\r\n") == "":
        raise BadRequest("text", "text must say something: write what the caller shall hear.")
    if len(spoken) > MAX_SPEAK_CHARACTERS:
        raise BadRequest(
            "text",
            f"text has {len(spoken)} characters; at most {MAX_SPEAK_CHARACTERS} are allowed.",
        )
    return spoken


def _text(body, name, most=MAX_CHARACTERS):
    """A string member; None when absent."""
    if name not in body:
        return None
    value = body[name]
    if not isinstance(value, str):
        raise BadRequest(name, f"{name} must be a string.")
    try:
        # Half of a surrogate pair is not a character and cannot be sent on.
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRequest(name, f"{name} is not valid Unicode.") from None
    if most is not None and len(value) > most:
        raise BadRequest(name, f"{name} has more than {most} characters.")
    return value


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")
