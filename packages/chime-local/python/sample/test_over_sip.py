"""The same script on the virtual clock, and by a telephone with real SIP and RTP."""

from chime_local import Application, MistakeError
from greeter import answer

CONFIG = {
    "functions": {"greeter": {"source": "greeter.py"}},
    "sipMediaApplications": {"main": {"function": "greeter"}},
    "numbers": {"+12015550100": "main"},
}


def speak(text):
    return {"Type": "Speak", "Parameters": {"Text": text}}


def lambda_handler(event, context):
    """Asks for a digit, and says goodbye."""
    kind = event["InvocationEventType"]
    if kind == "NEW_INBOUND_CALL":
        question = {"SpeechParameters": {"Text": "Press one to hear the time of day."}, "MaxNumberOfDigits": 1}
        question |= {"FailureSpeechParameters": {"Text": "That was no digit."}}
        question |= {"Repeat": 2, "RepeatDurationInMilliseconds": 4000}
        return answer(speak("Welcome to the greeter."), {"Type": "SpeakAndGetDigits", "Parameters": question})
    if kind == "ACTION_SUCCESSFUL" and event["ActionData"]["Type"] == "SpeakAndGetDigits":
        return answer(speak("It is noon, goodbye."), {"Type": "Hangup"})
    return answer()


def script(app):
    call = app.dial(from_="+12065550123")
    call.hears("Welcome")
    call.hears("Press one")
    call.press("1")
    call.hears("noon")
    assert call.ends()["by"] == "application"
    kinds = [event["InvocationEventType"] for event in call.events]
    assert kinds == ["NEW_INBOUND_CALL", "ACTION_SUCCESSFUL", "HANGUP"], kinds
    return call


def test_the_script_holds_on_the_virtual_clock():
    with Application(lambda_handler, config=CONFIG) as app:
        assert script(app).problems == []


def test_the_script_holds_over_sip():
    with Application(lambda_handler, config=CONFIG, over="sip") as app:
        call = script(app)
        for wanted, ask in {
            "A call over SIP has no problems": lambda: call.problems,
            'knows no "fallSilent"': call.fall_silent,
        }.items():
            try:
                ask()
            except MistakeError as error:
                assert wanted in str(error), error
            else:
                raise AssertionError(wanted)
