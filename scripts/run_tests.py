"""Runs the Swift suites, then the end-to-end tests with the Swift suites under sanitizers beside them, and ends with
one line that sums all of them up.

Usage: run_tests.py SWIFT-BUILD-FLAG...

The flags are those that the tests were built with; others would build everything again. Counted are test functions in
Swift and test cases in Python. Exits with 1 when a test failed, when a runner failed otherwise or hung, or when one of
them ran nothing at all.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

REPORTS = pathlib.Path(".build/test-reports")
# The end-to-end tests that run on PostgreSQL, too: all of them in the long form.
ON_POSTGRES = ["test_connections.py", "test_keys.py", "test_acting.py", "test_restriction_policies.py"]
IS_LONG = os.environ.get("KEYWAY_LONG") == "1"
# For one runner, in seconds: several times what it takes on two cores that others keep busy.
LIMIT = 4 * 3600 if IS_LONG else 3600
# swift-testing starts all tests at once by default. A test that waits then comes back behind all others, after minutes
# in which kept connections grow too old for libcurl (118 s) and time limits pass.
WIDTH = ["--experimental-maximum-parallelization-width", str(2 * (os.cpu_count() or 1))]

INTERRUPTED = threading.Event()


@dataclass
class Sanitizer:
    """A sanitizer, and the suites that run under it: all of them where none is named."""

    name: str
    suites: list[str]
    options: dict[str, str]


# The suites of the modules that call C or manage memory themselves.
HANDLES_MEMORY = [
    "ActingTests",
    "ActServiceTests",
    "CryptographyTests",
    "EgressTests",
    "HTTPServerTests",
    "JSONReadingTests",
    "PKCS11Tests",
    "PostgresStorageTests",
    "ScrubbingTests",
    "SQLiteStorageTests",
    "VaultTests",
]
SANITIZERS = [
    # Leaks are counted by tests of their own. A command ends by exit() on whatever thread it runs on, from where the
    # sanitizer takes what Swift's globals hold for lost.
    Sanitizer("address", [] if IS_LONG else HANDLES_MEMORY, {"ASAN_OPTIONS": "detect_leaks=0"}),
    # The modules with threads or memory of their own.
    Sanitizer("thread", ["EgressTests", "HTTPServerTests", "SQLiteStorageTests"], {}),
]


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def run(
    name: str,
    command: list[str],
    report: pathlib.Path,
    *,
    events: pathlib.Path | None = None,
    limit: float = LIMIT,
    variables: dict[str, str] | None = None,
    output: pathlib.Path | None = None,
) -> Count:
    """Runs one suite; a suite that breaks off, hangs or runs nothing counts as one more failure.

    `events` is where swift-testing writes what it does: it tells which tests a crash or a hang left unfinished.
    `output` is where a suite prints that runs beside another; it is shown as the suite ends.
    """
    for old in reports(report):
        old.unlink()
    if events:
        events.unlink(missing_ok=True)
    # Swift's backtracer would keep a crashed process for minutes at full load.
    environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"} | (variables or {})
    # A session of its own, by which whatever it leaves running is found.
    with output.open("wb") if output else contextlib.nullcontext() as log:
        process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=log, stderr=log)
    try:
        status: int | None = wait(process, limit)
    except subprocess.TimeoutExpired:
        status = None
        print(f"{name} hangs: it is stopped after {limit:g} s", file=sys.stderr)
        print_stacks(process.pid)
    finally:
        stop_session(process, tells=process.returncode is None)
    if output:
        print(output.read_text(errors="replace"), end="", flush=True)
    count = read(report)
    if status is None or (status != 0 and count.failed == 0):
        if status is not None:
            print(f"{name} exited with status {status}", file=sys.stderr)
        for test in unfinished(events):
            print(f"{name}: {test} did not end", file=sys.stderr)
        count.failed += 1
    elif count.passed + count.failed == 0:
        print(f"{name} ran no test", file=sys.stderr)
        count.failed += 1
    sys.stderr.flush()
    return count


def wait(process: subprocess.Popen, limit: float) -> int:
    """Waits for a suite's status; on an interrupt, which reaches one thread alone, all of them stop."""
    end = time.monotonic() + limit
    while True:
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if INTERRUPTED.is_set():
                return -signal.SIGINT
            if time.monotonic() > end:
                raise


def print_stacks(session: int) -> None:
    """Prints where the threads of a hung suite stand, if a debugger is there to tell."""
    for process, command in members(session):
        if ".xctest" not in command.partition(" ")[0] or not shutil.which("gdb"):
            continue
        debugger = ["gdb", "-p", str(process), "-batch", "-ex", "set pagination off", "-ex", "thread apply all bt 30"]
        try:
            told = subprocess.run(debugger, capture_output=True, text=True, errors="replace", timeout=120).stdout
        except subprocess.TimeoutExpired:
            continue
        print("\n".join(line[:200] for line in told.splitlines() if line.startswith(("Thread", "#"))), file=sys.stderr)


def stop_session(leader: subprocess.Popen, *, tells: bool) -> None:
    """Ends what is left of the session that a process leads, and tells what that was."""
    for process, command in members(leader.pid):
        if tells:
            print(f"  it left running: {command[:200]}", file=sys.stderr)
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            continue
    if leader.poll() is None:
        leader.kill()
    leader.wait()


def members(session: int) -> list[tuple[int, str]]:
    """The processes of a session, each with its command line."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            # Behind the name, which may hold blanks: state, parent, group, session.
            its_session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (OSError, ValueError, IndexError):
            continue
        if its_session == session and command:
            found.append((int(entry.name), command))
    return found


def unfinished(events: pathlib.Path | None) -> list[str]:
    """The tests that began and did not end, of the lines that swift-testing wrote."""
    if events is None or not events.exists():
        return []
    kinds: dict[str, str] = {}
    functions = set()
    for line in events.read_text(errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        payload = record.get("payload", {})
        if record.get("kind") == "test" and payload.get("kind") == "function":
            functions.add(payload.get("id"))
        elif payload.get("kind") in ("testStarted", "testEnded", "testSkipped"):
            kinds[payload.get("testID", "")] = payload["kind"]
    return [test for test, kind in kinds.items() if kind == "testStarted" and test in functions]


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


def swift_test(name: str, flags: list[str], *, output: pathlib.Path | None = None, **variables: str) -> Count:
    report, events = REPORTS / f"{name}.xml", REPORTS / f"{name}.jsonl"
    command = ["swift", "test", "--disable-xctest", "-q", *flags, *WIDTH, "--xunit-output", str(report)]
    return run(
        f"swift test ({name})",
        [*command, "--event-stream-output-path", str(events), "--event-stream-version", "0"],
        report,
        events=events,
        variables=variables,
        output=output,
    )


def sanitized(sanitizer: Sanitizer) -> Count:
    """Builds and runs the suites of one sanitizer, in a build of their own that holds nothing else."""
    flags = [f"--sanitize={sanitizer.name}", "--scratch-path", f".build/{sanitizer.name}"]
    only = {"KEYWAY_SUITES": ",".join(sanitizer.suites)} if sanitizer.suites else {}
    output = REPORTS / f"{sanitizer.name}.log"
    return swift_test(f"{sanitizer.name}-sanitizer", flags, output=output, **sanitizer.options, **only)


def end_to_end(name: str, files: list[str], **variables: str) -> Count:
    """Runs end-to-end tests, on the store that the variables name."""
    report = REPORTS / f"{name}.xml"
    paths = [str(pathlib.Path("Tests/EndToEnd") / file) for file in files]
    # A test that has not ended by then tells where it stands.
    options = [f"--junitxml={report}", "-o", "faulthandler_timeout=600"]
    return run(f"pytest ({name})", [sys.executable, "-m", "pytest", *paths, *options], report, variables=variables)


def main(build_flags: list[str]) -> int:
    REPORTS.mkdir(parents=True, exist_ok=True)
    counts = [swift_test("swift", build_flags)]
    # The end-to-end tests wait more than they work, and a sanitizer's build takes whatever they leave.
    with ThreadPoolExecutor(max_workers=1) as beside:
        sanitizers = beside.submit(lambda: [sanitized(sanitizer) for sanitizer in SANITIZERS])
        try:
            counts.append(end_to_end("end-to-end", ["."]))
            counts.append(end_to_end("postgres", ["."] if IS_LONG else ON_POSTGRES, KEYWAY_TEST_STORE="postgres"))
        except KeyboardInterrupt:
            INTERRUPTED.set()
            raise
        counts += sanitizers.result()
    passed, failed, skipped = (sum(getattr(c, name) for c in counts) for name in ("passed", "failed", "skipped"))
    sys.stdout.flush()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
