"""The runner of all tests: a suite that crashes, hangs or runs nothing is a failure, and ends."""

import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
from types import ModuleType

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "run_tests.py"
ONE_PASSED = '<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>'


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    specification = importlib.util.spec_from_file_location("run_tests", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["run_tests"] = module
    specification.loader.exec_module(module)
    return module


def test_a_suite_that_passes_is_counted(runner: ModuleType, tmp_path: pathlib.Path) -> None:
    report = tmp_path / "report.xml"
    count = runner.run("x", [sys.executable, "-c", f"open({str(report)!r}, 'w').write({ONE_PASSED!r})"], report)
    assert (count.passed, count.failed) == (1, 0)


def test_a_suite_that_runs_nothing_fails(runner: ModuleType, tmp_path: pathlib.Path) -> None:
    assert runner.run("x", ["true"], tmp_path / "report.xml").failed == 1


def test_a_crash_fails_and_names_what_ran(
    runner: ModuleType, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A program of Swift that ends by a trap, as a failed precondition of a test does."""
    source, program = tmp_path / "main.swift", tmp_path / "crash"
    report, events = tmp_path / "report.xml", tmp_path / "events.jsonl"
    report_text, lines = ONE_PASSED.replace('"', '\\"'), []
    for kind, test in [("testStarted", "a"), ("testStarted", "b"), ("testEnded", "a")]:
        lines.append(json.dumps({"kind": "event", "payload": {"kind": kind, "testID": test}}))
    for test in "ab":
        lines.append(json.dumps({"kind": "test", "payload": {"kind": "function", "id": test}}))
    source.write_text(
        f"""
        import Glibc
        func write(_ text: String, _ path: String) {{
            let file = fopen(path, "w")
            fputs(text, file)
            fclose(file)
        }}
        write("{report_text}", "{report}")
        write(#"{" ".join(lines)}"#, "{events}")
        fatalError("crashed on purpose")
        """.replace("} {", "}\\#n{")
    )
    subprocess.run(["swiftc", "-o", program, source], check=True, timeout=600)
    count = runner.run("x", [str(program)], report, events=events)
    assert (count.passed, count.failed) == (1, 1)
    said = capfd.readouterr().err
    assert "x: b did not end" in said
    assert "x: a did not end" not in said
    assert "Backtrace" not in said


def test_what_hangs_is_stopped_with_all_that_it_started(
    runner: ModuleType, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The child has a process group of its own, as those of `swift test` have."""
    child_file = tmp_path / "child"
    program = f"""
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "1000"], process_group=0)
pathlib.Path({str(child_file)!r}).write_text(str(child.pid))
time.sleep(1000)
"""
    count = runner.run("x", [sys.executable, "-c", program], tmp_path / "report.xml", limit=5)
    assert count.failed == 1
    said = capfd.readouterr().err
    assert "x hangs: it is stopped after 5 s" in said
    assert "sleep 1000" in said
    child = int(child_file.read_text())
    while is_running(child):
        time.sleep(0.05)


def test_a_hung_suite_tells_where_it_stands(
    runner: ModuleType, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    suite = tmp_path / "package.xctest"
    shutil.copy("/bin/sleep", suite)
    runner.run("x", [str(suite), "1000"], tmp_path / "report.xml", limit=2)
    said = capfd.readouterr().err
    assert "Thread 1" in said
    assert "sleep" in said.partition("Thread 1")[2].partition("it left running")[0]


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
        return ") Z " not in pathlib.Path(f"/proc/{process}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
