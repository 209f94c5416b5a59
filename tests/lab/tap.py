"""A pytest plugin (-p lab.tap) that prints TAP instead of pytest's report.

Each test is one line, a failure is explained in "#" lines below it. Tests that
fail are told by TAP alone: the exit status is 0 whenever the plan was fulfilled,
because automake counts another status as one more error.
"""
import os

import pytest

_out = os.fdopen(os.dup(1), "w", buffering=1)  # before pytest captures the descriptor


class Tap:
    def __init__(self):
        self.number = 0
        self.planned = None
        self.reports = []

    def line(self, ok, name, directive="", explanation=""):
        self.number += 1
        _out.write("%s %d - %s%s\n" % ("ok" if ok else "not ok", self.number,
                                       name.replace("#", "\\#"), directive))
        for text in explanation.splitlines():
            _out.write("# %s\n" % text)

    def pytest_collectreport(self, report):
        if report.failed:
            self.line(False, report.nodeid or "collection", "", report.longreprtext)

    def pytest_collection_finish(self, session):
        self.planned = len(session.items)

    def pytest_runtest_logreport(self, report):
        self.reports.append(report)

    def pytest_runtest_logfinish(self, nodeid):
        reports, self.reports = self.reports, []
        seconds = " (%.1f s)" % sum(r.duration for r in reports)
        failed = [r for r in reports if r.failed]
        skipped = [r for r in reports if r.skipped]
        if failed:
            self.line(False, nodeid + seconds, "", _explain(reports, failed))
        elif skipped:
            self.line(True, nodeid, " # SKIP " + _reason(skipped[0]))
        else:
            self.line(True, nodeid + seconds)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        _out.write("1..%d\n" % max(self.number, self.planned or 0))
        if exitstatus == pytest.ExitCode.TESTS_FAILED:
            session.exitstatus = 0


def _reason(report):
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")


def _explain(reports, failed):
    """What failed, then all that was captured: the last report holds that of the others."""
    sections = ["---- %s\n%s" % s for s in reports[-1].sections]
    return "\n".join([r.longreprtext for r in failed] + sections)


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not config.option.collectonly:
        config.pluginmanager.unregister(terminal)
        config.pluginmanager.register(Tap(), "tap")
