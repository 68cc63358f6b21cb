"""What POST /updateCallPython does. The TypeScript twin (`update-call.ts`) is held to the same examples."""

import json
from datetime import datetime, timezone

from request import BadRequest, read_json_object, read_update_request

# Errors that mean "too many at once". Source: service model; ResourceLimitExceeded is a 400 there.
_THROTTLED = {
    "ThrottledClientException",
    "ThrottlingException",
    "TooManyRequestsException",
    "ResourceLimitExceededException",
}
_HEADERS = {"content-type": "application/json", "cache-control": "no-store"}


def answer(event, ports):
    """One HTTP API event in, one answer out. Never raises."""
    try:
        return _update_call(read_update_request(read_json_object(event)), ports)
    except BadRequest as error:
        return _api_error(400, "BadRequest", str(error), error.field)
    except Exception as error:  # noqa: BLE001 - whatever it is, the operator gets an answer
        ports.warn("The request could not be answered", error, "")
        message = "Something went wrong on our side. Try again; the log has the reason."
        return _api_error(500, "Internal", message)


def _update_call(update, ports):
    now = ports.now()
    update_id = ports.new_update_id(now)
    transaction_id = update["transactionId"]
    code = ports.update_call(transaction_id, _arguments(update, update_id))
    if code is not None:
        return _refusal(transaction_id, code, ports)
    accepted_at = iso_time(now)
    record = {
        name: update[name]
        for name in ("transactionId", "updateInfo", "meetingId", "attendeeId", "fromNumber")
        if name in update
    }
    record.update(updateId=update_id, via="python", acceptedAt=accepted_at)
    try:
        # The update is on its way: a record that cannot be written does not take it back.
        ports.record_accepted(record, now)
    except Exception as error:  # noqa: BLE001
        ports.warn("The update was not recorded", error, transaction_id)
    return _json(
        202,
        {
            "updateId": update_id,
            "transactionId": transaction_id,
            "status": "accepted",
            "acceptedAt": accepted_at,
        },
    )


def _arguments(update, update_id):
    """`Arguments` of UpdateSipMediaApplicationCall: strings only, none of them empty."""
    rest = {k: v for k, v in update.items() if k not in ("transactionId", "updateInfo")}
    return {"action": update["updateInfo"], "updateId": update_id, **rest}


def _refusal(transaction_id, code, ports):
    if code == "NotFoundException":
        try:
            ports.remove_row(transaction_id)
        except Exception as error:  # noqa: BLE001
            ports.warn("A stale row was not removed", error, transaction_id)
        return _api_error(
            404,
            "CallNotFound",
            f"Call {transaction_id} is not in progress: it has ended, or it never was. "
            "Choose another call.",
        )
    if code in _THROTTLED:
        return _api_error(
            429, "TooManyRequests", "Too many updates at once. Try again in a second."
        )
    ports.warn("The voice service did not take the update", Exception(code), transaction_id)
    return _api_error(
        502,
        "Upstream",
        f"The voice service did not take the update ({code}). Nothing was changed; try again.",
    )


def iso_time(milliseconds):
    """ISO 8601, UTC, with milliseconds."""
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _api_error(status, code, message, field=None):
    error = {"code": code, "message": message}
    if field is not None:
        error["field"] = field
    return _json(status, {"error": error})


def _json(status, body):
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return {"statusCode": status, "headers": dict(_HEADERS), "body": text}
