"""The AWS services behind `update_call`: Chime SDK Voice and two DynamoDB tables (see `tables/` in TypeScript)."""

import json
import math
import time

from botocore.exceptions import BotoCoreError, ClientError

from update_id import new_update_id

# Milliseconds for which an update is shown.
_UPDATE_RECORD_MS = 3_600_000
# Milliseconds after which the sender of an order is considered gone: a function of the API has 10 s.
_SENDER_GONE_MS = 15_000


class AwsPorts:
    """The ports that `answer` works with; created once per process."""

    def __init__(self, voice, dynamodb, application_id, meeting_info_table, call_updates_table):
        self._voice = voice
        self._dynamodb = dynamodb
        self._application_id = application_id
        self._meeting_info_table = meeting_info_table
        self._call_updates_table = call_updates_table

    def update_call(self, transaction_id, arguments):
        """Returns None when the service accepted the update, else the error's name, or `NoAnswer`."""
        try:
            self._voice.update_sip_media_application_call(
                SipMediaApplicationId=self._application_id,
                TransactionId=transaction_id,
                Arguments=arguments,
            )
            return None
        except ClientError as error:
            return error.response.get("Error", {}).get("Code") or "NoAnswer"
        except BotoCoreError:
            return "NoAnswer"

    def record_accepted(self, update, now):
        """The handler may have been quicker: a status that it has written stays."""
        members = {name: value for name, value in update.items() if name != "updateId"}
        assignments = [f"#{name} = :{name}" for name in members]
        self._dynamodb.update_item(
            TableName=self._call_updates_table,
            Key={"pk": {"S": "update"}, "sk": {"S": update["updateId"]}},
            UpdateExpression=f"SET {', '.join(assignments)}, "
            "#status = if_not_exists(#status, :accepted), expiresAt = :expiresAt",
            ExpressionAttributeNames={"#status": "status", **{f"#{n}": n for n in members}},
            ExpressionAttributeValues={
                ":accepted": {"S": "accepted"},
                ":expiresAt": {"N": str(math.ceil((now + _UPDATE_RECORD_MS) / 1000))},
                **{f":{name}": {"S": value} for name, value in members.items()},
            },
        )

    def claim_order(self, order_id, update_id, print_, now):
        """Of several requests with the same order at once, only one claims it (see `tables/orders.ts`)."""
        key = {"pk": {"S": "order"}, "sk": {"S": order_id}}
        try:
            answer = self._dynamodb.update_item(
                TableName=self._call_updates_table,
                Key=key,
                UpdateExpression="SET updateId = if_not_exists(updateId, :updateId), print = :print, "
                "#state = :sending, claimedAt = :now, expiresAt = :expiresAt",
                ConditionExpression="attribute_not_exists(pk) OR (print = :print AND "
                "(#state = :open OR (#state = :sending AND claimedAt < :gone)))",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":updateId": {"S": update_id},
                    ":print": {"S": print_},
                    ":sending": {"S": "sending"},
                    ":open": {"S": "open"},
                    ":now": {"N": str(now)},
                    ":gone": {"N": str(now - _SENDER_GONE_MS)},
                    ":expiresAt": {"N": str(math.ceil((now + _UPDATE_RECORD_MS) / 1000))},
                },
                ReturnValues="ALL_NEW",
            )
            return {"kind": "mine", "updateId": answer["Attributes"]["updateId"]["S"]}
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            pass
        answer = self._dynamodb.get_item(
            TableName=self._call_updates_table, Key=key, ConsistentRead=True
        )
        item = {name: next(iter(value.values())) for name, value in answer.get("Item", {}).items()}
        if item.get("print") != print_:
            return {"kind": "another"}
        if item.get("state") != "accepted":
            return {"kind": "underWay"}
        return {
            "kind": "accepted",
            "updateId": item.get("updateId", ""),
            "acceptedAt": item.get("acceptedAt", ""),
        }

    def accept_order(self, order_id, accepted_at):
        """Records that the voice service has accepted the update."""
        self._set_order(order_id, "accepted", accepted_at)

    def open_order(self, order_id):
        """Records that the voice service has not accepted the update, or has not answered: the order may be
        given again."""
        self._set_order(order_id, "open", None)

    def _set_order(self, order_id, state, accepted_at):
        values = {":state": {"S": state}, ":sending": {"S": "sending"}}
        if accepted_at is not None:
            values[":acceptedAt"] = {"S": accepted_at}
        try:
            self._dynamodb.update_item(
                TableName=self._call_updates_table,
                Key={"pk": {"S": "order"}, "sk": {"S": order_id}},
                UpdateExpression="SET #state = :state"
                + ("" if accepted_at is None else ", acceptedAt = :acceptedAt"),
                ConditionExpression="#state = :sending",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=values,
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            pass

    def remove_row(self, transaction_id):
        """Removes the row of a call that no longer exists."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._meeting_info_table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="transactionId = :transactionId",
            ExpressionAttributeValues={
                ":pk": {"S": "call"},
                ":transactionId": {"S": transaction_id},
            },
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                key = {name: item[name] for name in ("pk", "sk")}
                self._dynamodb.delete_item(TableName=self._meeting_info_table, Key=key)

    @staticmethod
    def new_update_id(now):
        return new_update_id(now)

    @staticmethod
    def wait(milliseconds):
        time.sleep(milliseconds / 1000)

    @staticmethod
    def now():
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    @staticmethod
    def warn(what, error, transaction_id):
        """Writes one line to the log; never an event or a text."""
        line = {"level": "WARN", "what": what, "error": f"{type(error).__name__}: {error}"}
        if transaction_id:
            line["transactionId"] = transaction_id
        print(json.dumps(line), flush=True)
