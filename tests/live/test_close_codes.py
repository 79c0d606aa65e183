"""Why a socket is closed, and whether the client comes back."""

import pytest

from streamhub.kit import errors
from streamhub.live import errors as live_errors
from streamhub.live.close_codes import CLOSE_CODE, CloseCode, close_code

NEVER_ON_A_SOCKET = {
    errors.StreamhubError: "the root",
    errors.OpensLater: "never raised itself",
    errors.DoorsClosed: "the socket waits and is welcomed later",
    errors.CodeUnknown: "codes enter by POST /enter",
    errors.InsecureOrigin: "nobody has entered, so there is no cookie",
    errors.StateConflict: "answered by a message; the socket stays",
    errors.SeatsTaken: "the socket waits and is welcomed later",
    errors.LinkRefused: "sources are set over HTTP",
    errors.NotConfigured: "over HTTP",
    errors.MailUnavailable: "over HTTP",
    errors.NotFound: "over HTTP",
    errors.SettingInvalid: "stops the start",
    errors.FileInvalid: "loading files",
    errors.SignatureMissing: "Zoom's events come over HTTP",
    errors.SignatureStale: "Zoom's events come over HTTP",
    errors.BodyUnreadable: "Zoom's events come over HTTP",
}


def every_error(root: type = errors.StreamhubError) -> set[type]:
    ours = {kind for kind in root.__subclasses__() if kind.__module__ in MODULES}
    return {root}.union(*(every_error(kind) for kind in ours))


MODULES = {errors.__name__, live_errors.__name__}


def test_every_error_has_a_close_code_or_never_meets_a_socket():
    assert every_error() == set(CLOSE_CODE) | set(NEVER_ON_A_SOCKET)
    assert not set(CLOSE_CODE) & set(NEVER_ON_A_SOCKET)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.TokenInvalid, 4401),
        (errors.TokenExpired, 4401),
        (errors.WrongSession, 4403),
        (errors.RoleForbidden, 4403),
        (errors.UnknownSession, 4404),
        (errors.DeviceLimit, 4409),
        (errors.InvitationRevoked, 4410),
        (errors.Removed, 4410),
        (errors.StorageUnavailable, 4005),
    ],
)
def test_the_pairs_of_the_contract(error, code):
    assert CLOSE_CODE[error] == code


def test_the_codes_of_the_contract_and_no_others():
    back = {code.value for code in CloseCode if code.comes_back}
    stop = {code.value for code in CloseCode if not code.comes_back}

    assert back == {4001, 4002, 4004, 4005, 4006, 4008}
    assert stop == {4400, 4401, 4403, 4404, 4409, 4410, 4411, 4413, 4429}


def test_an_error_takes_the_code_of_the_nearest_class_above():
    class TokenOfAnotherDay(errors.TokenExpired):
        pass

    assert close_code(TokenOfAnotherDay("over")) is CloseCode.TOKEN_REFUSED
    assert close_code(errors.NotFound("a fault of ours")).comes_back
