"""What may be asked, what a proof is, and as what somebody is let in."""

from dataclasses import replace

import pytest

from streamhub.access.model import MAX_LABEL
from streamhub.access.roles import Role
from streamhub.kit.errors import FieldInvalid
from streamhub.kit.ids import DelegationCode
from streamhub.kit.text import Localised
from streamhub.programme.model import REHEARSAL, STAFF, Delegation, DelegationKind
from streamhub.requests.model import (
    Acceptance,
    AccessRequest,
    Asked,
    DocumentType,
    RequestId,
    RequestKind,
    RequestState,
    checked,
    delegation_for,
    document_type,
    official,
    role_for,
)

PRESS = Asked(
    kind=RequestKind.PRESS,
    name="Awa Diop",
    email="awa@journal.example",
    function="Reporter",
    medium="Le Journal",
)
BJ, MEDIA = DelegationCode("BJ"), DelegationCode("MEDIA")


def delegation(code, kind=DelegationKind.COUNTRY):
    return Delegation(DelegationCode(code), Localised((("fr", code),)), kind)


DELEGATIONS = [
    delegation("BJ"),
    delegation("MEDIA", DelegationKind.PRESS),
    delegation("AFP", DelegationKind.PRESS),
    delegation(STAFF, DelegationKind.OTHER),
    delegation(REHEARSAL, DelegationKind.OTHER),
]


def request(asked=PRESS):
    return AccessRequest(
        id=RequestId("r_1"),
        asked=asked,
        state=RequestState.WAITING,
        created_at=0,
        document=None,
        decided_at=None,
        decided_by=None,
        reason="",
        invitation=None,
    )


def test_words_are_cleaned_and_what_is_for_others_is_dropped():
    typed = replace(PRESS, name="  Awa \n Diop\u0000", delegation=BJ, email=" awa@journal.example ")

    assert checked(typed, DELEGATIONS) == PRESS


def test_a_member_of_a_delegation_has_no_medium():
    member = replace(PRESS, kind=RequestKind.DELEGATION, delegation=BJ)

    assert checked(member, DELEGATIONS) == replace(member, medium="")


@pytest.mark.parametrize("code", ["", "XX", "MEDIA", STAFF, REHEARSAL])
def test_one_is_a_member_of_an_official_delegation(code):
    with pytest.raises(FieldInvalid, match="delegation"):
        checked(replace(PRESS, kind=RequestKind.DELEGATION, delegation=DelegationCode(code)), DELEGATIONS)


def test_only_delegations_of_people_are_offered():
    assert [one.code for one in official(DELEGATIONS)] == [BJ]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "awa",
        "awa@",
        "@journal.example",
        "awa@journal",
        "a@b@c.example",
        "a b@c.example",
        "a@c.example\n,d@e.f",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(FieldInvalid, match="email"):
        checked(replace(PRESS, email=address), DELEGATIONS)


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(FieldInvalid) as wrong:
        checked(replace(PRESS, name="", email="x", function="", medium="", message="x" * 2_001), DELEGATIONS)

    named = {problem.field for problem in wrong.value.problems}
    assert named == {"name", "email", "function", "medium", "message"}


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"%PDF-1.4", DocumentType.PDF),
        (b"\x89PNG\r\n\x1a\n", DocumentType.PNG),
        (b"\xff\xd8\xff\xe1", DocumentType.JPEG),
        (b" %PDF-1.", None),
        (b"\x89PNG\r\n\x1a", None),
        (b"GIF89a", None),
        (b"<svg xml", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_with(beginning, kind):
    assert document_type(beginning) is kind


def test_the_label_is_the_function_and_the_medium_and_fits():
    assert PRESS.label == "Reporter, Le Journal"
    assert replace(PRESS, medium="").label == "Reporter"
    assert len(replace(PRESS, function="f" * 120, medium="m" * 120).label) == MAX_LABEL


def test_somebody_is_let_in_as_was_asked_unless_the_organiser_says_otherwise():
    member = request(replace(PRESS, kind=RequestKind.DELEGATION, delegation=BJ))

    assert role_for(request(), Acceptance()) is Role.PRESS
    assert role_for(member, Acceptance()) is Role.DELEGATE
    assert role_for(member, Acceptance(role=Role.OBSERVER)) is Role.OBSERVER
    assert delegation_for(member, Acceptance(), DELEGATIONS) == BJ
    assert delegation_for(member, Acceptance(delegation=MEDIA), DELEGATIONS) == MEDIA
    assert delegation_for(request(), Acceptance(), DELEGATIONS) == MEDIA
    assert delegation_for(request(), Acceptance(), DELEGATIONS[:1]) is None
