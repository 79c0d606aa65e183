"""Documents that cannot rot: what they list is compared with the code, in both directions."""

import re
from pathlib import Path

import click
import pytest

from streamhub.access.roles import Role
from streamhub.cli import cli
from streamhub.handlers.errors import _HTTP_CODES, HTTP_STATUS, status_of
from streamhub.handlers.routes import ROUTES
from streamhub.handlers.routing import ANY_GRANT, PUBLIC
from streamhub.kit import errors
from streamhub.kit.settings import declared
from streamhub.live import asyncapi
from streamhub.live.close_codes import CLOSE_CODE, CloseCode
from streamhub.relay.link_model import Provider, Refusal

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OF_THE_CHECKOUT = [file for file in DOCUMENTS if file.name != "operations.md"]  # that one is about a server
CONTRACT = (ROOT / "docs" / "contract.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()

NOT_BUILT = "## Agreed, not built yet"
BUILT, _, LATER = CONTRACT.partition(f"\n{NOT_BUILT}\n")

LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FILE = re.compile(r"(?<![\w/.:-])(?:[\w.*-]+/)+[\w.*-]+\.(?:py|js|html|css|po|toml|md|csv|service)\b")
FOLDER = re.compile(r"`(?P<path>(?:[\w.-]+/)+)`")
WHERE = ("", "streamhub/", "web/", "web/templates/")
COMMON = {"--config", "--data", "--help"}


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading of the contract, its head left out."""
    _, found, rest = CONTRACT.partition(f" {title}\n")
    assert found, title
    table = re.search(r"^\|.*\n\|[ |-]+\n(?P<rows>(?:\|.*\n)+)", rest, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table["rows"].splitlines()]


def test_every_stand_in_says_the_fact_behind_each_behaviour():
    folder = ROOT / "tests" / "stand_ins"
    rows = [
        line.strip("|").split("|") for line in (folder / "README.md").read_text().splitlines() if "|" in line
    ]
    servers = {cells[0].strip() for cells in rows[2:]}

    assert servers - {"all"} == {file.stem for file in folder.glob("*.py")} - {"__main__", "server"}
    assert all(len(cells) == 3 and all(cell.strip() for cell in cells) for cells in rows)


def who(route) -> str:
    """Who may use a route, as the contract writes it."""
    if route.allow is PUBLIC:
        return "anybody"
    if route.allow == ANY_GRANT:
        return "any grant"
    return ", ".join(sorted(route.allow))


def route_rows() -> list[list[str]]:
    """The table of routes as it must stand in the contract."""
    return [
        [route.method, f"`{route.path}`", who(route), " ".join(route.query), str(route.status)]
        for route in sorted(ROUTES, key=lambda route: (route.path, route.method))
    ]


def commands(group: click.Group, before: str = "") -> list[tuple[str, click.Command]]:
    """Every command with its whole name."""
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = isinstance(command, click.Group)
        found += commands(command, f"{before}{name} ") if inner else [(f"{before}{name}", command)]
    return found


def command_rows() -> list[list[str]]:
    """The table of commands as it must stand in the contract."""
    return [
        [f"`{name}`", arguments(command), " ".join(f"`{option}`" for option in options(command))]
        for name, command in commands(cli)
    ]


def arguments(command: click.Command) -> str:
    """What stands behind the name, in its order."""
    given = [p for p in command.params if isinstance(p, click.Argument)]
    return " ".join(p.make_metavar(click.Context(command)) for p in given)


def options(command: click.Command) -> list[str]:
    """The long names of its own options."""
    given = [p for p in command.params if isinstance(p, click.Option)]
    return [name for p in given for name in p.opts if name.startswith("--") and name not in COMMON]


def error_classes(
    kind: type[errors.StreamhubError] = errors.StreamhubError,
) -> list[type[errors.StreamhubError]]:
    """Every error of the product."""
    return [kind, *(one for child in kind.__subclasses__() for one in error_classes(child))]


def live_code(kind: type[errors.StreamhubError]) -> str:
    """The close code of an error, empty where no socket meets it."""
    found = next((CLOSE_CODE[one] for one in kind.__mro__ if one in CLOSE_CODE), None)
    return "" if found is None else str(int(found))


def test_every_route_stands_in_the_contract_with_who_may_use_it():
    expected = route_rows()

    assert rows("Every route") == expected, "\n".join("| " + " | ".join(row) + " |" for row in expected)


def test_no_route_of_the_chapter_of_what_is_not_built_exists():
    built = {(route.method, route.path.removeprefix("/api/v1")) for route in ROUTES}
    named = {
        (method.strip() or "GET", path)
        for method, path in re.findall(r"`((?:GET|POST|PUT|DELETE) )?(/[\w/{}:.-]*)", LATER)
    }

    assert named
    assert named & built == set()


def test_every_command_and_option_stands_in_the_contract():
    expected = command_rows()

    assert rows("Every command") == expected, "\n".join("| " + " | ".join(row) + " |" for row in expected)


@pytest.mark.parametrize(("name", "command"), commands(cli))
def test_every_command_takes_the_options_of_all(name, command):
    taken = {option for parameter in command.params for option in parameter.opts}

    assert {"--config", "--data"} <= taken, name


def test_every_error_stands_in_the_contract_with_its_status_and_close_code():
    listed = {row[0].strip("`"): (row[1], row[2]) for row in rows("Error codes")}
    over_http = {kind.code: str(status_of(kind.__new__(kind))) for kind in HTTP_STATUS}
    over_http |= {code: str(status) for status, code in _HTTP_CODES.items() if code not in over_http}
    over_http["bad_request"] = "400"
    expected = {kind.code: (over_http.get(kind.code, ""), live_code(kind)) for kind in error_classes()}
    expected |= {code: (status, "") for code, status in over_http.items() if code not in expected}
    expected["internal"] = ("500", str(int(CloseCode.RESTART)))

    assert listed == expected


def test_every_close_code_stands_in_the_contract():
    listed = {int(code): name for code, name in rows("Close codes")}

    assert listed == {code.value: code.name.lower().replace("_", " ") for code in CloseCode}


@pytest.mark.parametrize("word", [*Provider, *Refusal, *Role])
def test_every_provider_refusal_and_role_stands_in_the_contract(word):
    assert re.search(rf"\b{word.value}\b", BUILT)


def test_every_message_stands_in_the_contract():
    names = {channel["name"] for channel in messages()}

    assert {name for name in names if not re.search(rf"`{re.escape(name)}\b", BUILT)} == set()


def messages():
    """Every message of the live protocol."""
    return asyncapi.document("http://127.0.0.1", "1")["components"]["messages"].values()


@pytest.mark.parametrize("field", declared(), ids=lambda field: field.name)
def test_every_setting_is_documented(field):
    assert f"| `{field.name}` |" in (ROOT / "docs" / "settings.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_between_documents_lead_somewhere(document):
    broken = [target for target in links(document) if not leads_somewhere(document, target)]

    assert broken == []


def links(document: Path) -> list[str]:
    """The relative links of a document."""
    targets = [match["target"] for match in LINK.finditer(document.read_text())]
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]


def leads_somewhere(document: Path, target: str) -> bool:
    """Whether the file is there, and the heading if one is named."""
    path, _, anchor = target.partition("#")
    file = (document.parent / path).resolve() if path else document
    return file.exists() and (not anchor or anchor in headings(file))


def headings(file: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", OF_THE_CHECKOUT, ids=lambda file: file.name)
def test_every_file_and_folder_that_a_document_names_exists(document):
    text = document.read_text()
    named = {*FILE.findall(text), *FOLDER.findall(text)}

    assert sorted(path for path in named if not exists(path)) == []


def exists(path: str) -> bool:
    """Whether a file or folder is there, seen from the root or from where a reader expects it."""
    return any(list(ROOT.glob(where + path.rstrip("/"))) for where in WHERE)


def test_every_stage_stands_in_the_architecture():
    stages = [folder.name for folder in (ROOT / "streamhub").iterdir() if (folder / "__init__.py").exists()]

    assert sorted(stage for stage in stages if f"`{stage}/`" not in ARCHITECTURE) == []
