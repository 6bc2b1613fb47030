"""Runs the Swift suites, then the end-to-end tests, and ends with one line that sums up both.

Usage: run_tests.py SWIFT-BUILD-FLAG...

The flags are those that the tests were built with; others would build everything again. Counted are test functions in
Swift and test cases in Python. Exits with 1 when a test failed, when a runner failed otherwise, or when one of the two
ran nothing at all.
"""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

REPORTS = pathlib.Path(".build/test-reports")


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def run(name: str, command: list[str], report: pathlib.Path) -> Count:
    """Runs one suite; a suite that breaks off or runs nothing counts as one more failure."""
    for old in reports(report):
        old.unlink()
    status = subprocess.run(command).returncode
    count = read(report)
    if status != 0 and count.failed == 0:
        print(f"{name} exited with status {status}", file=sys.stderr)
        count.failed += 1
    elif count.passed + count.failed == 0:
        print(f"{name} ran no test", file=sys.stderr)
        count.failed += 1
    return count


def reports(report: pathlib.Path) -> list[pathlib.Path]:
    """The report, and those beside it: swift test may add the name of the testing library to the file's name."""
    return list(report.parent.glob(f"{report.stem}*{report.suffix}"))


def read(report: pathlib.Path) -> Count:
    """Counts the cases of an xUnit report, which both runners write."""
    count = Count()
    for part in reports(report):
        try:
            cases = ElementTree.parse(part).iter("testcase")
        except ElementTree.ParseError:
            continue
        for case in cases:
            if case.find("failure") is not None or case.find("error") is not None:
                count.failed += 1
            elif case.find("skipped") is not None:
                count.skipped += 1
            else:
                count.passed += 1
    return count


def main(build_flags: list[str]) -> int:
    REPORTS.mkdir(parents=True, exist_ok=True)
    swift_report = REPORTS / "swift.xml"
    swift = ["swift", "test", "--disable-xctest", "-q", *build_flags, "--xunit-output", str(swift_report)]
    end_to_end_report = REPORTS / "end-to-end.xml"
    end_to_end = [sys.executable, "-m", "pytest", "Tests/EndToEnd", f"--junitxml={end_to_end_report}"]
    counts = [run("swift test", swift, swift_report), run("pytest", end_to_end, end_to_end_report)]
    passed, failed, skipped = (sum(getattr(c, name) for c in counts) for name in ("passed", "failed", "skipped"))
    sys.stdout.flush()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
