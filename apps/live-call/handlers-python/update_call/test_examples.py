"""Tests the Python twin against contract/examples/update-call. Run: python3 test_examples.py"""

import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from update_call import answer  # noqa: E402
from update_id import new_update_id  # noqa: E402

EXAMPLES = HERE.parents[1] / "contract" / "examples" / "update-call"
NOW = 1_700_000_000_123
TIME = "2023-11-14T22:13:20.123Z"
UPDATE_ID = "01HF7YAT3VEXAMP1EXAMP1EXAM"


class FakePorts:
    def __init__(self, example):
        self._voice = example["voiceApi"]
        self._record_fails = example.get("recordFails", False)
        self._claims = filled(example.get("claims", []))
        self.orders = []
        self.calls, self.records, self.removed, self.warnings = [], [], [], []

    def update_call(self, transaction_id, arguments):
        self.calls.append({"TransactionId": transaction_id, "Arguments": arguments})
        return None if self._voice == "accepts" else self._voice

    def record_accepted(self, update, _now):
        if self._record_fails:
            raise RuntimeError("the table is gone")
        self.records.append(update)

    def claim_order(self, order_id, _update_id, print_, now):
        assert now == NOW and len(print_) == 64
        self.orders.append(f"claim {order_id}")
        return self._claims.pop(0) if len(self._claims) > 1 else self._claims[0]

    def accept_order(self, order_id, accepted_at):
        self.orders.append(f"accepted {order_id} {accepted_at}")

    def open_order(self, order_id):
        self.orders.append(f"open {order_id}")

    def wait(self, milliseconds):
        self.orders.append(f"wait {milliseconds}")

    def remove_row(self, transaction_id):
        self.removed.append(transaction_id)

    def new_update_id(self, now):
        assert now == NOW
        return UPDATE_ID

    def now(self):
        return NOW

    def warn(self, what, error, transaction_id):
        self.warnings.append(f"{what} {error} {transaction_id}")


def filled(value):
    """Returns the example's value with its placeholders filled in."""
    text = json.dumps(value)
    for name, actual in (("updateId", UPDATE_ID), ("time", TIME), ("via", "python")):
        text = text.replace(f"<{name}>", actual)
    return json.loads(text)


class Examples(unittest.TestCase):
    maxDiff = None

    def test_examples(self):
        files = sorted(EXAMPLES.glob("*.json"))
        self.assertGreater(len(files), 10)
        for file in files:
            example = json.loads(file.read_text("utf-8"))
            with self.subTest(file.name):
                self.hold(example)

    def hold(self, example):
        ports = FakePorts(example)
        body = example["request"]["body"]
        text = body if isinstance(body, str) else json.dumps(body)
        event = {"body": text, "isBase64Encoded": example["request"].get("isBase64Encoded", False)}
        response = answer(event, ports)
        expected = filled(example["expect"])
        self.assertEqual(response["statusCode"], expected["status"])
        self.assertEqual(json.loads(response["body"]), expected["body"])
        self.assertEqual(ports.calls, expected["calls"])
        timing = response["headers"].get("server-timing")
        told = expected["status"] == 202 and len(expected["calls"]) > 0
        self.assertEqual(timing, "order;dur=0, voice;dur=0, record;dur=0" if told else None)
        self.assertEqual(ports.records, expected["records"])
        self.assertEqual(ports.removed, expected["removedRows"])
        self.assertEqual(ports.orders, expected.get("orders", []))
        spoken = body.get("text") if isinstance(body, dict) else None
        if isinstance(spoken, str) and spoken:
            self.assertNotIn(spoken, " ".join(ports.warnings))


class UpdateIds(unittest.TestCase):
    def test_they_sort_by_time(self):
        ids = [new_update_id(now) for now in (NOW, NOW + 1, NOW + 32, NOW + 10**9)]
        self.assertEqual(ids, sorted(ids))
        self.assertEqual(new_update_id(NOW, lambda n: bytes(n)), "01HF7YAT3V" + "0" * 16)


if __name__ == "__main__":
    unittest.main()
