"""Telephone calls for the tests of a SIP media application in Python: no telephone, no port, no time goes by.

    from chime_local import sma
    from my_handler import lambda_handler

    def test_greets_the_caller():
        call = sma(lambda_handler).dial()
        call.hears("enter-pin.wav")
        call.press("1234#")
        call.hears("goodbye.wav")
        assert call.ends()["by"] == "application"

The calls are made by chime-local, in a child process that this module starts once and talks with by its standard input and
output. It needs Node.js and the npm package chime-local. CHIME_LOCAL_COMMAND names another command than "npx chime-local".
"""

from ._application import Application, Call, sma
from ._process import MistakeError

__all__ = ["Application", "Call", "MistakeError", "sma"]
