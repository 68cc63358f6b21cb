"""A handler for the sample tests: it greets, asks for a digit and says goodbye; with a table, it counts its callers."""

import os


def lambda_handler(event, context):
    kind = event["InvocationEventType"]
    if kind == "NEW_INBOUND_CALL":
        count_caller(event["CallDetails"]["Participants"][0]["From"])
        return answer(play("welcome.wav"), ask("choose.wav"))
    if kind == "ACTION_SUCCESSFUL" and event["ActionData"]["Type"] == "PlayAudioAndGetDigits":
        if event["ActionData"]["ReceivedDigits"] == "9":
            raise ValueError("nobody may choose 9")
        return answer(play("goodbye.wav"), {"Type": "Hangup", "Parameters": {"SipResponseCode": "0"}})
    if kind == "CALL_UPDATE_REQUESTED":
        return answer(play(event["ActionData"]["Parameters"]["Arguments"]["prompt"]))
    return answer()


def answer(*actions):
    return {"SchemaVersion": "1.0", "Actions": list(actions)}


def source(key):
    return {"Type": "S3", "BucketName": os.environ.get("BUCKET_NAME", "prompts"), "Key": key}


def play(key):
    return {"Type": "PlayAudio", "Parameters": {"AudioSource": source(key)}}


def ask(key):
    parameters = {
        "AudioSource": source(key),
        "FailureAudioSource": source(key),
        "InputDigitsRegex": "^\\d$",
        "MinNumberOfDigits": 1,
        "MaxNumberOfDigits": 1,
        "Repeat": 2,
        "RepeatDurationInMilliseconds": 3000,
    }
    return {"Type": "PlayAudioAndGetDigits", "Parameters": parameters}


def count_caller(number):
    if "CALLERS" in os.environ:
        import boto3

        boto3.client("dynamodb").put_item(TableName=os.environ["CALLERS"], Item={"number": {"S": number}})
