"""Update ids: ten characters of time and sixteen random ones, in Crockford's base 32; they sort by time."""

import os

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_CHARACTERS = 10
_RANDOM_CHARACTERS = 16


def new_update_id(now, random=os.urandom):
    """`now`: milliseconds since the epoch."""
    time = ""
    for _ in range(_TIME_CHARACTERS):
        time = _ALPHABET[now % 32] + time
        now //= 32
    return time + "".join(_ALPHABET[byte & 31] for byte in random(_RANDOM_CHARACTERS))
