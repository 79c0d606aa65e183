"""What a stranger relies on before reading any code: locks, set-up files, and a wheel that serves."""

import ast
import asyncio
import contextlib
import re
import shlex
import sys
import zipfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from honcho.environ import parse_procfile

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", ".cache", "node_modules", "dist", "__pycache__", ".hypothesis"}
CODE = [ROOT / "dev.py", *sorted((ROOT / "streamhub").rglob("*.py"))]

# Written in pieces, or this file would name them.
REGISTRIES = ["pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "npmjs" + ".com", "yarn" + "pkg"]
HOME_FOLDER = re.compile(r"(?<![\w.<-])/(?:work|root|home|Users)/" + r"\w")


def our_texts():
    """Every text file of the project with its name."""
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT)
        if path.is_file() and not NOT_OURS & set(name.parts):
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_locks_hold_hashes_and_no_address():
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "web" / "package-lock.json"]

    assert len(locks) == 7
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text, lock
        assert "sha256:" in text or "sha512-" in text, lock


def test_no_file_names_a_registry():
    found = [(name, host) for name, text in our_texts() for host in REGISTRIES if host in text]

    assert found == []


def test_no_file_names_a_folder_of_somebodys_machine():
    found = [(name, match.group()) for name, text in our_texts() for match in HOME_FOLDER.finditer(text)]

    assert found == []


def test_the_procfile_migrates_on_release_and_then_serves():
    lines = (ROOT / "Procfile").read_text().splitlines()

    assert lines == [
        "release: streamhub migrate",
        "web: streamhub serve --host 0.0.0.0 --port $PORT",
    ]


def test_ci_runs_the_one_test_command():
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec python3 dev.py test"


def test_no_file_is_longer_than_400_lines_and_no_function_than_50():
    long_files = [file.name for file in CODE if len(file.read_text().splitlines()) > 400]
    long_functions = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in CODE
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.end_lineno - node.lineno >= 50
    ]

    assert long_files == []
    assert long_functions == []


async def run(*command, **options):
    """Run a program that must succeed; answers what it printed."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=PIPE, stderr=asyncio.subprocess.STDOUT, cwd=ROOT, **options
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, f"{shlex.join(map(str, command))}\n{output.decode()}"
    return output.decode()


UV = ROOT / ".venv" / "bin" / "uv"


@pytest_asyncio.fixture(scope="module")
async def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    await run(UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", folder)
    [file] = folder.glob("*.whl")
    return file


@pytest_asyncio.fixture(scope="module")
async def installed(wheel, tmp_path_factory):
    """The folder of programs of an environment that holds the wheel and the locked packages only."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    await run(sys.executable, "-m", "venv", "--without-pip", venv)
    into = (UV, "pip", "install", "-q", "--python", venv / "bin" / "python")
    await run(*into, "--require-hashes", "-r", ROOT / "requirements" / "run.txt")
    await run(*into, "--no-deps", wheel)
    return venv / "bin"


def test_the_wheel_holds_pages_and_example_and_nothing_of_the_tools(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    for folder in ("_web/templates", "_web/static", "_web/locales", "_example"):
        assert any(name.startswith(f"streamhub/{folder}/") for name in names), folder
    assert not [name for name in names if "node_modules" in name or "package.json" in name]
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_the_wheel_holds_hls_js_with_its_licence_as_npm_gave_it_and_the_repository_holds_none(wheel):
    fetched = ROOT / ".cache" / "web" / "node_modules" / "hls.js"
    with zipfile.ZipFile(wheel) as archive:
        player = archive.read("streamhub/_web/static/vendor/hls.light.min.js")
        licence = archive.read("streamhub/_web/static/vendor/hls.LICENSE.txt")

    assert player == (fetched / "dist" / "hls.light.min.js").read_bytes()
    assert b"Apache License" in licence
    assert not [name for name, _ in our_texts() if name.name.startswith("hls.")]


async def test_the_installed_wheel_says_what_it_can_do(installed):
    output = await run(installed / "streamhub", "--help")

    assert "serve" in output
    assert "demo" in output


async def test_the_installed_wheel_serves_a_page_with_its_style(installed, tmp_path):
    command = shlex.join(
        map(str, [installed / "streamhub", "demo", "--data", tmp_path / "data", "--port", "0"])
    )

    async with served(command, cwd=tmp_path) as base, aiohttp.ClientSession(base) as client:
        page = await text(client, "/")
        [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', page)

        assert page.lstrip().lower().startswith("<!doctype html>")
        assert "{" in await text(client, style)


async def test_the_procfile_starts_a_service_that_is_ready(tmp_path):
    lines = parse_procfile((ROOT / "Procfile").read_text()).processes
    platform = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PORT": "0",
        "STREAMHUB_DATA": str(tmp_path / "data"),
        "STREAMHUB_PUBLIC_URL": "https://live.example.org",
    }

    await run("sh", "-c", lines["release"], env=platform)
    async with served(lines["web"], env=platform) as base, aiohttp.ClientSession(base) as client:
        assert await text(client, "/readyz")


@contextlib.asynccontextmanager
async def served(command: str, **options):
    """Run a server's command line until the end of the block; gives its address."""
    process = await asyncio.create_subprocess_shell(f"exec {command}", stdout=PIPE, **options)
    try:
        yield await ready(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def text(client, path):
    """The text of a page that must be there."""
    async with client.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


async def ready(process: Process) -> str:
    """The address in the line that says that the server is ready."""
    async for line in process.stdout:
        if line.startswith(b"streamhub ready "):
            return line.split()[-1].decode()
    pytest.fail("the server ended before it was ready")
