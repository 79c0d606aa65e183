"""The set-up script: what it promises whoever types its commands."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def dev():
    """The script as a module; it is no part of the package."""
    specification = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["dev"] = module
    specification.loader.exec_module(module)
    return module


def test_every_part_runs_also_after_one_that_failed(dev, capsys):
    ran = []

    def part(name, status):
        return dev.Part(name, 5, lambda: ran.append(name) or dev.Done(status, f"{name} said"))

    status = dev.perform([part("first", 0), part("second", 3), part("third", 0)])

    table = capsys.readouterr().out.splitlines()[-5:]
    assert ran == ["first", "second", "third"]
    assert status == 1
    assert [line.split()[1] for line in table] == ["---", "first", "second", "third", "all"]
    assert table[2].endswith("| FAILED, second said |")


def test_all_parts_well_is_success(dev):
    assert dev.perform([dev.Part("only", 5, lambda: dev.Done(0))]) == 0


def test_the_parts_together_have_a_budget_of_less_than_twelve_minutes(dev):
    parts = [dev.installing(), *dev.checks(), *dev.tests()]

    assert sum(part.budget for part in parts) < 12 * 60


def test_a_check_is_silent_unless_it_fails(dev, capsys):
    well = dev.quietly(sys.executable, "-c", "print('fine')")
    badly = dev.quietly(sys.executable, "-c", "print('line 7: wrong'); raise SystemExit(4)")

    assert (well().status, badly().status) == (0, 4)
    assert capsys.readouterr().out.split("\n")[0] == "line 7: wrong"


def test_an_unknown_command_is_wrong_usage_and_shows_what_there_is(dev, capsys):
    assert dev.main(["tset"]) == 2
    assert "python3 dev.py test" in capsys.readouterr().out


def test_what_was_installed_is_kept_until_a_file_changes(dev, tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1")
    before = dev.digest(lock)

    lock.write_text("a==2")

    assert dev.digest(lock) != before


def test_the_script_imports_the_standard_library_alone(dev):
    lines = (ROOT / "dev.py").read_text().splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}

    assert imported <= sys.stdlib_module_names
