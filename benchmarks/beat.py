"""Pages whose sockets are blocked: beats over HTTP per second, each with its token checked."""

from contextlib import ExitStack
from itertools import product

from benchmarks.bench import Bench
from benchmarks.load import Load
from benchmarks.machine import cpu_seconds
from benchmarks.results import Result, median_of, ratios
from benchmarks.stacks import AIOHTTP, PRODUCT, Server, all_running, awake, http
from benchmarks.summit import SLUG, prepared

PAGES = 1_000
BODY = '{"page":"bench-page","visible":true,"player":"closed"}'


def run(bench: Bench) -> list[Result]:
    """The first beat of a page is its arrival; those after it are measured."""
    folder = prepared(5_000)
    work = bench.folder("beat")
    beats = PAGES if bench.quick else 5 * PAGES
    per_second: dict[str, list[float]] = {PRODUCT: [], AIOHTTP: []}
    cpu_us: dict[str, list[float]] = {PRODUCT: [], AIOHTTP: []}
    tokens = work / "tokens"
    tokens.write_text("".join(folder.tokens.read_text().splitlines(keepends=True)[:PAGES]))
    with all_running((PRODUCT, AIOHTTP), folder, work) as servers, ExitStack() as stack:
        loads = [stack.enter_context(Load(server, work, tokens)) for server in servers]
        for load in loads:
            with awake(load.server):
                load.requests(PAGES, _request(load.server))
        bench.say(f"{PAGES:,} pages are in")
        for _, load in product(range(3 if bench.quick else 7), loads):
            with awake(load.server):
                before = cpu_seconds(load.server.pid)
                said = load.requests(beats, _request(load.server))
            per_second[load.server.name].append(beats / said["seconds"])
            cpu_us[load.server.name].append((cpu_seconds(load.server.pid) - before) * 1e6 / beats)
    compared = ratios(per_second[PRODUCT], per_second[AIOHTTP])
    rows = [
        median_of(v, stack=s, n=PAGES, metric="beats_per_second", unit="1/s") for s, v in per_second.items()
    ]
    rows += [median_of(v, stack=s, n=PAGES, metric="cpu_per_beat", unit="µs") for s, v in cpu_us.items()]
    return [*rows, median_of(compared, stack=PRODUCT, n=PAGES, metric=f"beats_ratio_to_{AIOHTTP}", unit="")]


def _request(server: Server) -> str:
    path = f"/api/v1/sessions/{SLUG}/beat" if server.name == PRODUCT else "/beat"
    return http("POST", path, server.port, BODY, "@TOKEN@")
