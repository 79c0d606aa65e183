"""The benchmarks themselves: they build, count every frame, and judge as the table of goals says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, judged, main
from benchmarks.bench import Bench
from benchmarks.build import generator_program, limit_program
from benchmarks.fanout import Measured, judge
from benchmarks.load import Load
from benchmarks.presence import Seen, counted
from benchmarks.results import Gate, Result, failed, median_of, ratios, table, write_json
from benchmarks.stacks import LIMIT, MARKER, Server, http, notice_text

CONTRACT = {"stack", "n", "metric", "value", "unit", "runs"}
OPTIONAL = {"ratio_to_limit", "cpu_us_per_frame", "gate", "passed"}


def figures(**per_second):
    """Three runs of each stack at these frames a second, with CPU in proportion."""
    return {name: Measured([speed] * 3, [1e6 / speed] * 3) for name, speed in per_second.items()}


def gates(**per_second):
    rows = judge(1_000, figures(**per_second))
    return {row.metric: row for row in rows if row.gate}


def test_every_gate_of_a_fan_out_stands_at_its_bound():
    good = gates(
        C=100.0,
        streamhub=85.0,
        aiohttp_plain=100.0,
        websockets_broadcast=77.0,
        starlette=77.0,
        channels=4.25,
    )
    assert {metric: row.gate.bound for metric, row in good.items()} == {
        "frames_ratio_to_limit": 0.6,
        "frames_ratio_to_aiohttp_plain": 0.85,
        "frames_ratio_to_websockets_broadcast": 1.1,
        "frames_ratio_to_starlette": 1.1,
        "frames_ratio_to_channels": 20,
        "cpu_per_frame_ratio_to_limit": 1.7,
    }
    assert all(row.passed for row in good.values())


@pytest.mark.parametrize(
    ("peer", "speed", "metric"),
    [
        ("C", 150.0, "frames_ratio_to_limit"),
        ("aiohttp_plain", 101.0, "frames_ratio_to_aiohttp_plain"),
        ("websockets_broadcast", 78.0, "frames_ratio_to_websockets_broadcast"),
        ("channels", 4.3, "frames_ratio_to_channels"),
        ("C", 145.0, "cpu_per_frame_ratio_to_limit"),
    ],
)
def test_one_gate_fails_alone_below_its_bound(peer, speed, metric):
    speeds = {"C": 100.0, "streamhub": 85.0, "aiohttp_plain": 100.0, "websockets_broadcast": 77.0}
    rows = gates(**{**speeds, "starlette": 77.0, "channels": 4.25, peer: speed})
    assert rows[metric].passed is False


def test_presence_may_take_a_frame_a_tick_for_each_person_and_moderator():
    exact = Seen(joined=10, ticks=3, frames=36, wrong=0, cpu=1.0)
    one_more = Seen(joined=10, ticks=3, frames=37, wrong=0, cpu=1.0)
    somebody_twice = Seen(joined=10, ticks=3, frames=36, wrong=1, cpu=1.0)
    assert not failed(counted(exact))
    assert [row.metric for row in failed(counted(one_more))] == ["frames_ratio_to_bound"]
    assert [row.metric for row in failed(counted(somebody_twice))] == ["people_missing_or_too_many"]


def test_ratios_are_taken_run_by_run_and_their_median_counts():
    row = median_of(ratios([10, 40, 30], [10, 20, 30]), stack="streamhub", n=1, metric="m", unit="")
    assert (row.value, row.runs, row.spread) == (1, 3, (1, 2))


def test_a_gate_is_a_bound_from_below_or_from_above():
    assert Gate(bound=2).passes(2)
    assert not Gate(bound=2).passes(1.99)
    assert Gate(bound=2, least=False).passes(2)
    assert not Gate(bound=2, least=False).passes(2.01)


def test_the_json_is_that_of_the_contract(tmp_path):
    plain = Result(stack="C", n=1_000, metric="frames_per_second", value=1.0, unit="1/s", ratio_to_limit=1.0)
    gated = Result(stack="streamhub", n=1_000, metric="x", value=0.5, unit="", runs=3, gate=Gate(bound=0.6))
    write_json([plain, gated], tmp_path / "out.json")
    rows = json.loads((tmp_path / "out.json").read_text())["results"]
    assert all(set(row) >= CONTRACT and set(row) <= CONTRACT | OPTIONAL for row in rows)
    assert rows[0] == {
        "stack": "C", "n": 1_000, "metric": "frames_per_second", "value": 1.0, "unit": "1/s", "runs": 1,
        "ratio_to_limit": 1.0,
    }  # fmt: skip
    assert (rows[1]["gate"], rows[1]["passed"], rows[1]["runs"]) == (0.6, False, 3)


def test_the_table_says_what_was_missed():
    row = Result(stack="streamhub", n=1_000, metric="x", value=0.5, unit="", gate=Gate(bound=0.6))
    assert "≥ 0.6 MISSED" in table([row])
    assert "≥ 0.6 ok" in table([row.gated(Gate(bound=0.5)), row.gated(Gate(bound=0.6))]).replace(
        "0.5 ok", "0.6 ok"
    )


def test_a_missed_gate_is_exit_1_unless_none_is_wanted(tmp_path, capsys):
    missed = Result(stack="streamhub", n=1, metric="x", value=1.0, unit="", gate=Gate(bound=2))
    bench = Bench(quick=True, work=tmp_path)
    assert judged([missed], bench, gate=True) == 1
    assert judged([missed], bench, gate=False) == 0
    assert judged([missed.gated(Gate(bound=1))], bench, gate=True) == 0
    assert capsys.readouterr().out.count("MISSED streamhub x") == 2


def test_an_unknown_benchmark_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["everything"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert all(name in told for name in NAMES)


def test_a_notice_is_a_frame_of_200_bytes():
    assert len(f'{{"type":"notice","text":"{notice_text()}","lang":"fr"}}') == 200
    assert MARKER in notice_text()


@pytest.fixture
def limit():
    """The limit program as it is measured."""
    process = subprocess.Popen([str(limit_program())], stdout=subprocess.PIPE, text=True)
    port = int(process.stdout.readline().split()[1])
    broadcast = http("POST", "/broadcast", port, f'{{"type":"notice","text":"{notice_text()}","lang":"fr"}}')
    yield Server(LIMIT, process, port, port, "/live", broadcast)
    process.kill()
    process.communicate()


def test_the_generator_gets_every_frame_of_the_limit_once_on_every_page(limit, tmp_path):
    assert Path(generator_program()).exists()
    tokens = tmp_path / "tokens"
    tokens.write_text("a\nb\n")
    with Load(limit, tmp_path, tokens) as load:
        said = load.join(60, window=20)
        assert (said["joined"], said["failed"]) == (60, 0)
        said = load.rounds(30, MARKER, [limit.broadcast], most=25)
        assert (said["rounds"], said["frames"], said["inexact"]) == (25, 25 * 60, 0)
        assert load.own_limit(MARKER, limit.broadcast, 3) > 0
        heard = load.watch(0)
        assert (heard["welcome"], heard["other"], heard["lost"]) == (60, 0, 0)
        load.join(40, window=40, rate=4_000)
        assert load.watch(0)["pages"] == 100


def test_the_naive_presence_replaces_what_the_product_calls():
    """The comparison would measure nothing if the product's own names had moved."""
    code = (
        "from streamhub.presence.service import PresenceService; assert '_changed' in vars(PresenceService);"
        "from streamhub.live.announcer import Announcer; assert 'presence' in vars(Announcer);"
        "from benchmarks import naive; from streamhub import composition;"
        "assert composition.PresenceService is naive.EachChange;"
        "assert composition.Announcer is naive.ToEverybody"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
