"""Prints what boto3 sees of a running stack, as JSON. Arguments: phone number, SIP media application id."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

NUMBER, APPLICATION = sys.argv[1:3]
NO_CALL = "00000000-0000-4000-8000-000000000000"


def error_of(ask):
    """Returns code and status of the error that the call ends in."""
    try:
        ask()
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


voice = boto3.client("chime-sdk-voice")
meetings = boto3.client("chime-sdk-meetings")
s3 = boto3.client("s3")
tables = boto3.client("dynamodb")
functions = boto3.client("lambda")
seen = {"account": boto3.client("sts").get_caller_identity()["Account"]}

application = voice.get_sip_media_application(SipMediaApplicationId=APPLICATION)
seen["sipMediaApplication"] = application["SipMediaApplication"]["Name"]
numbers = voice.list_phone_numbers()["PhoneNumbers"]
seen["numberIsThere"] = NUMBER in [number["E164PhoneNumber"] for number in numbers]
seen["ruleIsThere"] = NUMBER in [rule["TriggerValue"] for rule in voice.list_sip_rules()["SipRules"]]
seen["updateOfUnknownCall"] = error_of(
    lambda: voice.update_sip_media_application_call(
        SipMediaApplicationId=APPLICATION, TransactionId=NO_CALL, Arguments={"action": "Verify"}
    )
)

meeting = meetings.create_meeting(
    ClientRequestToken="boto3", MediaRegion="us-east-1", ExternalMeetingId="boto3"
)["Meeting"]["MeetingId"]
meetings.create_attendee(MeetingId=meeting, ExternalUserId="somebody")
attendees = meetings.list_attendees(MeetingId=meeting)["Attendees"]
seen["attendees"] = [attendee["ExternalUserId"] for attendee in attendees]
meetings.delete_meeting(MeetingId=meeting)

[bucket] = [b["Name"] for b in s3.list_buckets()["Buckets"] if "outgoingwav" in b["Name"]]
seen["promptIsWav"] = s3.get_object(Bucket=bucket, Key="welcome.wav")["Body"].read()[:4] == b"RIFF"
s3.put_object(Bucket=bucket, Key="boto3/some thing+ü.bin", Body=b"\x00\xff" * 1000)
seen["objectComesBack"] = (
    s3.get_object(Bucket=bucket, Key="boto3/some thing+ü.bin")["Body"].read() == b"\x00\xff" * 1000
)
s3.delete_object(Bucket=bucket, Key="boto3/some thing+ü.bin")

names = tables.list_tables()["TableNames"]
wanted = ["callUpdates", "meetingAccess", "meetingInfo"]
seen["tables"] = [name for name in wanted if any(name in table for table in names)]
[updates] = [table for table in names if "callUpdates" in table]
item = {"pk": {"S": "boto3"}, "sk": {"S": "1"}, "list": {"L": [{"N": "1.5"}, {"BOOL": True}]}}
tables.put_item(TableName=updates, Item=item)
key = {"pk": item["pk"], "sk": item["sk"]}
seen["itemComesBack"] = tables.get_item(TableName=updates, Key=key)["Item"] == item
tables.delete_item(TableName=updates, Key=key)

[query] = [f["FunctionName"] for f in functions.list_functions()["Functions"] if "queryMeetings" in f["FunctionName"]]
event = {"version": "2.0", "routeKey": "POST /queryMeetings", "body": "{}", "isBase64Encoded": False}
answer = functions.invoke(FunctionName=query, Payload=json.dumps(event))
seen["invoked"] = [answer["StatusCode"], json.loads(answer["Payload"].read())["statusCode"]]

wrong = boto3.Session(aws_secret_access_key="wrong", aws_access_key_id=boto3.Session().get_credentials().access_key)
seen["wrongSecret"] = {
    "chime": (error_of(wrong.client("chime-sdk-voice").list_sip_rules) or [0, 0])[1],
    "dynamodb": (error_of(wrong.client("dynamodb").list_tables) or [0])[0],
    "s3": (error_of(wrong.client("s3").list_buckets) or [0])[0],
    "sts": (error_of(wrong.client("sts").get_caller_identity) or [0, 0])[1],
}
print(json.dumps(seen))
