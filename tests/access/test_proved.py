"""A token that was good need not be worked out anew, as long as the same keys check it."""

import pytest

from streamhub.access import tokens
from streamhub.access.keys import KeySet
from streamhub.access.proved import Proved
from streamhub.access.roles import Role
from streamhub.kit.errors import TokenInvalid
from tests.access.token_samples import CLAIMS, key_set, token


class Counted(KeySet):
    """Keys that count how often they are asked."""

    asked = 0

    def find(self, issuer, kid):
        Counted.asked += 1
        return super().find(issuer, kid)


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setattr(Counted, "asked", 0)
    return Counted(key_set().keys)


def test_a_token_shown_twice_is_worked_out_once(keys):
    proved = Proved()

    assert [proved.verify(token(), keys) for _ in range(3)] == [CLAIMS] * 3
    assert keys.asked == 1


def test_a_bad_token_is_refused_each_time_also_beside_a_good_one(keys):
    proved = Proved()
    good = token()
    proved.verify(good, keys)

    for bad in (good[:-4] + "AAAA", good + "\ud800", good + "=", good.replace(".", "..", 1)):
        for _ in range(2):
            with pytest.raises(TokenInvalid):
                proved.verify(bad, keys)


def test_other_keys_prove_everything_anew(keys):
    proved, text = Proved(), token()
    proved.verify(text, keys)

    with pytest.raises(TokenInvalid):
        proved.verify(text, KeySet({}))
    assert proved.verify(text, keys) == tokens.verify(text, keys)
    assert keys.asked == 3


def test_of_many_tokens_the_oldest_are_forgotten(keys):
    proved = Proved(most=2)
    first, second, third = token(), token(sid=None), token(role=Role.PRESS)
    for text in (first, second, third, third, second):
        proved.verify(text, keys)
    assert keys.asked == 3

    proved.verify(first, keys)
    assert keys.asked == 4
