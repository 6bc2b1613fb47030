"""A server of Git repositories over HTTPS, by Git's own program for it."""

import os
import pathlib
import subprocess

from twins.upstream import Received, Refusal, Reply, Upstream


class GitTwin(Upstream):
    """Serves the repositories of a directory to those who bring the key in `X-Key`."""

    def __init__(self, root: pathlib.Path, key: str) -> None:
        super().__init__()
        self.root = root
        self.key = key

    def answer(self, request: Received) -> Reply:
        if request.all("X-Key") != [self.key] or request.all("Authorization"):
            raise Refusal(Reply(403, {"twin": "no key, or a credential of the caller's"}))
        variables = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "keyway",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.target.partition("?")[2],
            "CONTENT_LENGTH": str(len(request.body)),
        }
        for name in ("Content-Type", "Content-Encoding", "Git-Protocol"):
            for value in request.all(name):
                cgi = name.upper().replace("-", "_")
                variables[cgi if name == "Content-Type" else f"HTTP_{cgi}"] = value
        done = subprocess.run(
            ["git", "http-backend"], input=request.body, env=variables, capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                status = int(value.split(" ")[0])
            else:
                headers.append((name, value))
        return Reply(status, body, headers)
