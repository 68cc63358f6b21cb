"""Tests of the sample handler: `pytest`, with chime_local on the path."""

import time

from chime_local import Application, MistakeError, sma
from greeter import lambda_handler


def test_says_goodbye():
    call = sma(lambda_handler).dial()
    call.hears("welcome.wav")
    call.hears("choose.wav")
    call.press("1")
    call.hears("goodbye.wav")
    assert call.ends()["by"] == "application"
    assert [event["InvocationEventType"] for event in call.events][0] == "NEW_INBOUND_CALL"
    assert call.problems == []


def test_plays_what_an_update_names():
    call = sma(lambda_handler).dial()
    call.hears("welcome.wav")
    call.update(prompt="news.wav")
    call.hears("news.wav")
    call.hang_up()
    assert call.ends()["by"] == "caller"


def test_a_failing_function_ends_the_call():
    call = sma(lambda_handler).dial()
    call.hears("choose.wav")
    call.press("9")
    assert call.ends()["by"] == "service"


def test_a_failed_expectation_shows_the_call():
    call = sma(lambda_handler).dial()
    try:
        call.hears("never.wav", within_ms=2000)
    except AssertionError as error:
        assert "never.wav" in str(error) and "NEW_INBOUND_CALL" in str(error)
    else:
        raise AssertionError("never.wav was heard")


def test_a_mistake_of_the_test_is_told():
    try:
        sma(lambda_handler).items("Callers")
    except MistakeError as error:
        assert "Tables are there with an application" in str(error)
    else:
        raise AssertionError("there is no table")


def test_telephones_need_an_application_with_a_number():
    for over, wanted in {"sip": "name one beside over", "pstn": 'over is "sip" or left out'}.items():
        try:
            Application(lambda_handler, over=over)
        except MistakeError as error:
            assert wanted in str(error), error
        else:
            raise AssertionError("nobody can be dialled")


def test_a_call_takes_milliseconds():
    app = sma(lambda_handler)
    app.dial().hang_up()
    before = time.process_time()
    for _ in range(20):
        call = app.dial()
        call.hears("welcome.wav")
        call.hang_up()
    assert (time.process_time() - before) / 20 < 0.05


def test_counts_callers_in_its_table():
    config = {
        "functions": {"greeter": {"source": "greeter.py", "environment": {"CALLERS": "Callers"}}},
        "tables": {"Callers": {"partitionKey": {"name": "number"}}},
        "sipMediaApplications": {"main": {"function": "greeter"}},
    }
    with Application(config=config) as app:
        call = app.dial(from_="+12065550123")
        # Its prompts are in no bucket here.
        assert call.events[1]["InvocationEventType"] == "ACTION_FAILED"
        assert app.items("Callers") == [{"number": "+12065550123"}]
        app.reset()
        assert app.items("Callers") == []
