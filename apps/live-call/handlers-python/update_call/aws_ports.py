"""The AWS services behind `update_call`: Chime SDK Voice and two DynamoDB tables (see `tables/` in TypeScript)."""

import json
import math
import time

from botocore.exceptions import BotoCoreError, ClientError

from update_id import new_update_id

# Milliseconds for which an update is shown.
_UPDATE_RECORD_MS = 3_600_000


class AwsPorts:
    """What `answer` works with; made once a process."""

    def __init__(self, voice, dynamodb, application_id, meeting_info_table, call_updates_table):
        self._voice = voice
        self._dynamodb = dynamodb
        self._application_id = application_id
        self._meeting_info_table = meeting_info_table
        self._call_updates_table = call_updates_table

    def update_call(self, transaction_id, arguments):
        """None when the service took it, else the error's name, or `NoAnswer`."""
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
        """The handler may have been quicker: its status stays."""
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

    def remove_row(self, transaction_id):
        """The call is gone: so must be its row."""
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
    def now():
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    @staticmethod
    def warn(what, error, transaction_id):
        """One line on the log; never an event or a text."""
        line = {"level": "WARN", "what": what, "error": f"{type(error).__name__}: {error}"}
        if transaction_id:
            line["transactionId"] = transaction_id
        print(json.dumps(line), flush=True)
