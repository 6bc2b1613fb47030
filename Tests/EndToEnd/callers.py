"""Clients that act all the time, and what the audit log must say of them."""

import itertools
import pathlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException

from acting import act_events
from harness import CONNECTIONS, PATIENCE, Server, send, verify_audit_chain, wait_until
from twins.twin import Twin


@dataclass
class Caller:
    """One client that acts through a connection of its own until the server is gone."""

    connection_id: str
    answered: list[str] = field(default_factory=list)
    """The request ids of the acts whose answers came to their end."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    cut_off: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    """Ends the caller, whose server goes on."""

    def run(self, server: Server, ready: threading.Barrier, path: str) -> None:
        http = server.connect()
        ready.wait()
        try:
            for number in itertools.count():
                if self.over.is_set():
                    break
                target = f"{CONNECTIONS}/{self.connection_id}/proxy{path}/{self.connection_id}/{number}"
                answer = send(http, "POST", target, b"x" * 100, server.keys.headers)
                if answer.headers.get("Keyway-Upstream-Status"):
                    self.answered.append(answer.headers["X-Request-Id"])
                else:
                    self.refused.append((answer.status, answer.headers.get("Keyway-Error", "")))
        except (OSError, HTTPException):
            self.cut_off += 1
        finally:
            http.close()


def act_until(
    server: Server, callers: list[Caller], path: str, condition: Callable[[], bool], end: Callable[[], object]
) -> None:
    """Lets all callers act until the condition holds, then ends the server."""
    ready = threading.Barrier(len(callers) + 1)
    threads = [threading.Thread(target=caller.run, args=(server, ready, path)) for caller in callers]
    for thread in threads:
        thread.start()
    ready.wait()
    wait_until(condition, "the callers' work")
    end()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a caller still waits for an answer"


def answers(callers: list[Caller]) -> int:
    """How many acts of all of them came to their end."""
    return sum(len(caller.answered) for caller in callers)


def compare(data_dir: pathlib.Path, callers: list[Caller], twin: Twin, all_ended: bool) -> int:
    """Holds the log against what the twin and the callers saw; the number of intents without an outcome."""
    verify_audit_chain(data_dir)
    intents: dict[str, dict] = {}
    outcomes: dict[str, dict] = {}
    for event in act_events(data_dir):
        phase, request_id = event["details"]["phase"], event["request_id"]
        known = intents if phase == "intent" else outcomes
        assert phase in ("intent", "outcome")
        assert request_id not in known, "each phase is told once"
        assert phase == "intent" or request_id in intents, "the intent comes first"
        known[request_id] = event
    for caller in callers:
        assert set(caller.answered) <= intents.keys(), "an act that was answered has its intent"
    used = Counter(request.path.split("/")[2] for request in twin.acted if request.path.count("/") > 2)
    meant = Counter(event["resource_id"] for event in intents.values())
    for connection_id, times in used.items():
        assert times <= meant[connection_id], "a secret was used without an intent in the log"
    for request_id, event in outcomes.items():
        assert event["resource_id"] == intents[request_id]["resource_id"]
        assert event["actor"] == intents[request_id]["actor"]
    open_ends = len(intents.keys() - outcomes.keys())
    assert not all_ended or open_ends == 0, "an act has no outcome"
    return open_ends
