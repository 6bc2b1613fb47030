"""ContextForge, a gateway that turns HTTP APIs into tools of MCP, in an environment of its own."""

import json
import os
import pathlib
import secrets
import subprocess
import sys
import urllib.request

from measuring import PLACE
from servers import Process, free_port, succeeds

PACKAGE = "mcp-contextforge-gateway==1.0.7.post20260921"
# Kept between runs.
ENVIRONMENT = PLACE.parent / "contextforge"


class ContextForge(Process):
    """ContextForge over SQLite, with a worker for each core. Its callers need no token, which spares it work."""

    def __init__(self, place: pathlib.Path) -> None:
        super().__init__(place, "contextforge")
        self.variables = {
            "AUTH_REQUIRED": "false",
            "ALLOW_UNAUTHENTICATED_ADMIN": "true",
            "ENVIRONMENT": "development",
            "SSRF_ALLOW_LOCALHOST": "true",
            "CACHE_TYPE": "memory",
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": f"sqlite:///{place.absolute()}/contextforge.db",
            "PLATFORM_ADMIN_EMAIL": "admin@example.com",
        }
        for name in ("JWT_SECRET_KEY", "AUTH_ENCRYPTION_SECRET", "PLATFORM_ADMIN_PASSWORD", "BASIC_AUTH_PASSWORD"):
            self.variables[name] = secrets.token_hex(32)

    def start(self) -> None:
        if not (ENVIRONMENT / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
            subprocess.run([ENVIRONMENT / "bin/pip", "install", "--quiet", PACKAGE], check=True)
            (ENVIRONMENT / "ready").touch()
        # One makes the tables before several share them.
        self.serve(workers=1)
        self.stop()
        self.serve(workers=os.cpu_count() or 1)

    def serve(self, workers: int) -> None:
        self.port = free_port()
        command = [str(ENVIRONMENT / "bin/uvicorn"), "mcpgateway.main:app", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--log-level", "error", "--workers", str(workers)]
        self.spawn(command, lambda: succeeds(f"{self.url}/health"), within=120)

    def add_tool(self, name: str, url: str, token: str) -> None:
        """Makes a GET of a URL a tool, with a bearer token."""
        tool = {
            "name": name,
            "url": url,
            "integration_type": "REST",
            "request_type": "GET",
            "visibility": "public",
            "auth_type": "bearer",
            "auth_token": token,
        }
        self.post("/tools", {"tool": tool})

    def post(self, path: str, body: dict) -> dict:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
