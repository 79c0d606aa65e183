"""The AsyncAPI document says what the code does."""

import jsonschema
import msgspec
import pytest

from streamhub.live import messages
from streamhub.live.asyncapi import EXAMPLES, document
from streamhub.live.close_codes import CloseCode
from streamhub.live.messages import ClientMessage, Message, encode, parse

DOCUMENT = document("https://live.example.org", "1.2.3")


def every_message(root: type = Message) -> set[type]:
    return {kind for below in root.__subclasses__() for kind in {below} | every_message(below)}


def test_every_message_of_the_code_is_in_the_document_once():
    kinds = every_message() - {ClientMessage}

    assert set(DOCUMENT["components"]["messages"]) == {kind.__name__ for kind in kinds}
    assert set(messages.CLIENT_MESSAGES) | set(messages.SERVER_MESSAGES) == kinds
    assert {type(example) for example in EXAMPLES} == kinds
    assert len(EXAMPLES) == len(kinds)


def test_pages_send_what_the_server_receives():
    operations = DOCUMENT["operations"]
    received = {message["$ref"].rpartition("/")[2] for message in operations["fromPage"]["messages"]}

    assert operations["fromPage"]["action"] == "receive"
    assert received == {"hello", "beat", "resync", "floor.request", "floor.withdraw", "bye"}
    assert operations["toPage"]["action"] == "send"
    assert len(operations["toPage"]["messages"]) == 12


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_each_example_is_valid_by_its_own_schema(example):
    payload = DOCUMENT["components"]["messages"][type(example).__name__]["payload"]
    schema = payload | {"components": DOCUMENT["components"]}
    told = msgspec.json.decode(encode(example))

    jsonschema.Draft202012Validator(schema).validate(told)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(told | {"type": "other"})


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if isinstance(e, ClientMessage)], ids=lambda e: type(e).__name__
)
def test_each_example_of_a_page_is_read_by_the_server(example):
    assert parse(encode(example)) == example


def test_every_reference_leads_somewhere():
    for reference in references(DOCUMENT):
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def references(part: object) -> list[str]:
    if isinstance(part, dict):
        mine = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return mine + [found for inner in part.values() for found in references(inner)]
    if isinstance(part, list | tuple):
        return [found for inner in part for found in references(inner)]
    return []


def test_the_server_and_the_close_codes_are_told():
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["servers"]["public"] == {"host": "live.example.org", "protocol": "wss"}
    assert document("http://127.0.0.1:8080", "1")["servers"]["public"]["protocol"] == "ws"
    codes = DOCUMENT["channels"]["live"]["x-close-codes"]
    assert {code["code"] for code in codes} == set(CloseCode)
    assert next(c for c in codes if c["code"] == 4401)["errors"] == ["token_expired", "token_invalid"]
