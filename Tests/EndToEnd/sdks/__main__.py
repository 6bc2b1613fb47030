"""Runs steps of one SDK in a process of its own: a job comes as JSON on the standard input, results go out as JSON.

The job names the SDK's module, the base address of a connection and one of a connection whose rules refuse everything,
the token, the steps and a long file.
"""

import importlib
import inspect
import json
import os
import sys
from typing import Any


def run(job: dict[str, Any]) -> dict[str, Any]:
    sample = importlib.import_module(f"sdks.{job['sdk']}")
    results: dict[str, Any] = {}
    client = sample.connect(job["base"], job["token"])
    for step in job["steps"]:
        function = getattr(sample, step)
        takes_file = "path" in inspect.signature(function).parameters
        results[step] = function(client, job["file"]) if takes_file else function(client)
    if job["refused"]:
        results["refused"] = refusal(sample, job)
    return results


def refusal(sample: Any, job: dict[str, Any]) -> str:
    """What a user of the SDK sees of a rule that refuses a read."""
    try:
        return f"no exception, but {sample.read(sample.connect(job['refused'], job['token']))}"
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}"


if __name__ == "__main__":
    # What an SDK prints is no result.
    results, sys.stdout = sys.stdout, sys.stderr
    json.dump(run(json.load(sys.stdin)), results)
    results.flush()
    # Some clients leave threads and event loops behind.
    os._exit(0)
