"""What POST /updateCallPython does. The TypeScript twin (`update-call.ts`) is tested against the same
examples."""

import hashlib
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
# Milliseconds between queries of an order that another request is sending, and the number of queries.
_LOOK_AGAIN_MS = 250
_LOOKS = 8
_HEADERS = {"content-type": "application/json", "cache-control": "no-store"}


def answer(event, ports):
    """Answers one HTTP API event. Never raises."""
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
    order_id = update.get("orderId")
    if order_id is None:
        return _carry_out(update, update_id, now, ports)
    for look in range(1, _LOOKS + 1):
        claim = ports.claim_order(order_id, update_id, _print(update), ports.now())
        if claim["kind"] == "mine":
            return _carry_out(update, claim["updateId"], now, ports)
        if claim["kind"] == "accepted":
            return _accepted(update, claim["updateId"], claim["acceptedAt"])
        if claim["kind"] == "another":
            message = "orderId names another order: give each order a name of its own."
            return _api_error(409, "OrderReused", message, "orderId")
        if look < _LOOKS:
            ports.wait(_LOOK_AGAIN_MS)
    message = "The same order is being given at this moment. Ask again in a second."
    return _api_error(409, "OrderUnderWay", message)


def _carry_out(update, update_id, now, ports):
    transaction_id = update["transactionId"]
    order_id = update.get("orderId")
    asking = ports.now()
    code = ports.update_call(transaction_id, _arguments(update, update_id))
    if code is not None:
        if order_id is not None:
            _attempt("The order was not opened again", transaction_id, ports, ports.open_order, order_id)
        return _refusal(transaction_id, code, ports)
    taken = ports.now()
    accepted_at = iso_time(now)
    record = {
        name: update[name]
        for name in ("transactionId", "updateInfo", "meetingId", "attendeeId", "fromNumber", "orderId")
        if name in update
    }
    if update.get("everyone"):
        record["everyone"] = "true"
    record.update(updateId=update_id, via="python", acceptedAt=accepted_at)
    # The update is on its way: a record that cannot be written does not undo that.
    _attempt("The update was not recorded", transaction_id, ports, ports.record_accepted, record, now)
    if order_id is not None:
        _attempt(
            "The order was not recorded", transaction_id, ports, ports.accept_order, order_id, accepted_at
        )
    answer = _accepted(update, update_id, accepted_at)
    stages = {"order": asking - now, "voice": taken - asking, "record": ports.now() - taken}
    answer["headers"]["server-timing"] = _server_timing(stages)
    return answer


def _server_timing(stages):
    """Milliseconds that each stage has taken, in the form that browsers show beside the request: W3C Server
    Timing."""
    return ", ".join(f"{stage};dur={ms}" for stage, ms in stages.items())


def _accepted(update, update_id, accepted_at):
    return _json(
        202,
        {
            "updateId": update_id,
            "transactionId": update["transactionId"],
            "status": "accepted",
            "acceptedAt": accepted_at,
        },
    )


def _attempt(what_failed, transaction_id, ports, write, *values):
    """Runs a write whose failure is only logged."""
    try:
        write(*values)
    except Exception as error:  # noqa: BLE001
        ports.warn(what_failed, error, transaction_id)


def _print(update):
    """A fingerprint that is equal for equal orders in both twins and does not contain the text itself."""
    order = [update.get(name, "") for name in ("transactionId", "updateInfo", "prompt", "text")]
    order.append("true" if update.get("everyone") else "")
    text = json.dumps(order, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _arguments(update, update_id):
    """The `Arguments` of UpdateSipMediaApplicationCall: only strings, none of them empty."""
    own = ("transactionId", "updateInfo", "everyone", "orderId")
    rest = {k: v for k, v in update.items() if k not in own}
    if update.get("everyone"):
        rest["everyone"] = "true"
    return {"action": update["updateInfo"], "updateId": update_id, **rest}


def _refusal(transaction_id, code, ports):
    if code == "NotFoundException":
        _attempt("A stale row was not removed", transaction_id, ports, ports.remove_row, transaction_id)
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
