"""Tokens that were good: their form and signature are not worked out at each request anew."""

import hashlib

from streamhub.access import tokens
from streamhub.access.keys import KeySet
from streamhub.access.strict import Claims

REMEMBERED = 1_024  # tokens; the oldest are forgotten first


class Proved:
    """The claims of tokens that ``keys`` proved, found by a hash of the token.

    Other keys, because of a rotation or because one may check no more, prove everything anew.
    When a token is for and what its invitation says now is no part of this: ask that each time.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._keys: KeySet | None = None
        self._known: dict[bytes, Claims] = {}

    def verify(self, token: str, keys: KeySet) -> Claims:
        """As ``tokens.verify``."""
        if keys is not self._keys:
            self._keys, self._known = keys, {}
        name = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        claims = self._known.get(name)
        if claims is None:
            claims = tokens.verify(token, keys)
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            self._known[name] = claims
        return claims
