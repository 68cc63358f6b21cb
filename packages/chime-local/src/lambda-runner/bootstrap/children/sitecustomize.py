"""Runs first in every Python process that a function starts; see guard-children.mjs."""

import json
import os
import sys

_facts = os.environ.get("CHIME_LOCAL_NETWORK")
if _facts:
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from network_guard import guard_network

    guard_network(json.loads(_facts))
    sys.path.pop()
