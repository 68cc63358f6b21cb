"""The Lambda function `updateCallPython`: POST /updateCallPython."""

import os

import boto3
from botocore.config import Config

from aws_ports import AwsPorts
from update_call import answer

# Seconds allowed for a connection and for an answer: an operator is waiting.
_PATIENT = Config(
    connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"}
)
_QUICK = Config(
    connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3, "mode": "standard"}
)

_PORTS = AwsPorts(
    boto3.client("chime-sdk-voice", config=_PATIENT),
    boto3.client("dynamodb", config=_QUICK),
    os.environ["SIP_MEDIA_APPLICATION_ID"],
    os.environ["MEETING_INFO_TABLE"],
    os.environ["CALL_UPDATES_TABLE"],
)


def handler(event, _context):
    return answer(event, _PORTS)
