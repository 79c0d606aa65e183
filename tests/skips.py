"""Pytest hooks: what may be left out, and when leaving out is a failure.

Where ``CI`` is set a skipped test fails, unless it is marked ``needs_shared_cases``:
a test that never runs protects nothing. Tests marked ``long`` run with STREAMHUB_LONG only.
"""

import os

import pytest


def pytest_collection_modifyitems(config, items):
    """Leave out the long tests: deselected, not skipped, so that CI does not mind."""
    if os.environ.get("STREAMHUB_LONG"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure where CI is set; an expected failure is no skip."""
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker("needs_shared_cases")
    if report.skipped and not expected:
        _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a whole file that skips itself."""
    report = yield
    if report.skipped and not collector.get_closest_marker("needs_shared_cases"):
        _fail_in_ci(report)
    return report


def _fail_in_ci(report):
    if os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped where CI is set: {report.longrepr[2]}"
