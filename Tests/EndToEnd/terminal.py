"""A program at a real pseudo-terminal: what it shows, what is typed, whether the terminal echoes."""

import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from fcntl import ioctl

from harness import PATIENCE, wait_until

MARK = "\x1e"
"""Nothing that a program shows."""


class Terminal:
    """A process that has a pseudo-terminal as its controlling terminal."""

    def __init__(self, *arguments: str | pathlib.Path, env: dict[str, str], columns: int = 80) -> None:
        self.shown = ""
        self.seen = 0
        # The process's end stays open here, so that its settings can be read when the process has ended.
        self.descriptor, self.inner = pty.openpty()
        ioctl(self.inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            arguments,
            env=env,
            stdin=self.inner,
            stdout=self.inner,
            stderr=self.inner,
            start_new_session=True,
            preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
        )

    def wait_for(self, pattern: str, timeout: float = PATIENCE) -> None:
        """Reads until the pattern is shown in what was not waited for yet."""
        deadline = time.monotonic() + timeout
        while not (match := re.compile(pattern).search(self.shown, self.seen)):
            assert time.monotonic() < deadline, f"{pattern!r} does not appear: {self.shown[self.seen :]!r}"
            self.read(0.1)
        self.seen = match.end()

    def wait_until_taken(self) -> None:
        """Returns once the process, which reads key by key, has read all that was typed."""

        def is_taken() -> bool:
            # Asked what there is to read, the terminal takes in what is still on its way, which FIONREAD leaves out.
            select.select([self.inner], [], [], 0)
            return ioctl(self.inner, termios.FIONREAD, bytes(4)) == bytes(4)

        wait_until(is_taken, "the end of what was typed")

    def read(self, timeout: float) -> None:
        if select.select([self.descriptor], [], [], timeout)[0]:
            self.shown += os.read(self.descriptor, 65536).decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.inner)[3] & termios.ECHO)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, timeout: float = PATIENCE) -> int:
        """Waits for the end of the process; the exit code, or minus the signal that ended it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.read(0.02)
            if self.process.poll() is not None:
                # What it wrote comes before this mark, however late.
                os.write(self.inner, MARK.encode())
                while not self.shown.endswith(MARK):
                    self.read(1)
                self.shown = self.shown.removesuffix(MARK)
                return self.process.returncode
        self.process.kill()
        self.process.wait()
        raise AssertionError(f"the process does not end: {self.shown!r}")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.inner)
        os.close(self.descriptor)
