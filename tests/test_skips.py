"""The rule on tests that are left out, tried on small suites of its own."""

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.skip(reason="no printer here")
def test_prints(): ...

@pytest.mark.needs_shared_cases
@pytest.mark.skip(reason="no cases here")
def test_compares(): ...

@pytest.mark.long
def test_takes_an_hour(): ...

def test_adds():
    assert 1 + 1 == 2
"""


@pytest.fixture
def run(pytester, monkeypatch, request):
    """Run a suite with the rule in a process of its own; answers pytest's counts."""
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))
    for name in ("CI", "STREAMHUB_LONG"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini(
        "[pytest]\nmarkers =\n  long: takes long\n  needs_shared_cases: compares\nasyncio_mode = auto\n"
    )

    def run_suite(text=SUITE):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess("-p", "tests.skips").parseoutcomes()

    return run_suite


def test_at_home_a_test_may_skip(run):
    assert run() == {"passed": 1, "skipped": 2, "deselected": 1}


def test_in_ci_only_a_test_on_shared_cases_may_skip(run, monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert run() == {"passed": 1, "errors": 1, "skipped": 1, "deselected": 1}


def test_in_ci_a_file_that_skips_itself_fails(run, monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert run("import pytest\npytest.skip('no sound here', allow_module_level=True)") == {"errors": 1}


def test_long_tests_run_when_they_are_asked_for(run, monkeypatch):
    monkeypatch.setenv("STREAMHUB_LONG", "1")

    assert run() == {"passed": 2, "skipped": 2}
