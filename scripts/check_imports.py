"""Compares what each target imports with what it declares in Package.swift.

The compiler's own check lets a module through that is reachable by way of another one. This one does not, so that the
dependency directions in Package.swift are true. Some modules must not reach others at all.
"""

import json
import pathlib
import re
import subprocess
import sys

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?(\w+)",
    re.MULTILINE,
)

# Files of a target that alone may import a module which the target declares: the choice of the store is made in one.
ONLY_IN = {
    ("KeywayCommands", "PostgresStorage"): {"Server/DataLocation+Store.swift"},
    ("KeywayCommands", "SQLiteStorage"): {
        "Server/DataLocation+Store.swift",
        "Server/BackupCommand.swift",
        "Server/RestoreCommand.swift",
    },
}

# The modules that a module must not reach, by its own imports or by those of what it imports.
KEPT_APART = {
    # An act is the same for every door, and for every store.
    "ActService": {
        "AgentTools",
        "HTTPServer",
        "KeywayServer",
        "KeywayCommands",
        "PostgresStorage",
        "SQLiteStorage",
    },
    # No door imports another.
    "AgentTools": {"HTTPServer", "KeywayServer", "KeywayCommands", "PostgresStorage", "SQLiteStorage"},
    "KeywayServer": {"AgentTools", "KeywayCommands", "PostgresStorage", "SQLiteStorage"},
}


def described_targets() -> list[dict]:
    description = subprocess.run(
        ["swift", "package", "describe", "--type", "json"], check=True, capture_output=True, text=True
    )
    return json.loads(description.stdout)["targets"]


def undeclared_imports(targets: list[dict]) -> list[str]:
    own_modules = {target["c99name"]: target["name"] for target in targets}
    faults = []
    for target in targets:
        allowed = {target["name"], *target.get("target_dependencies", [])}
        for source in target.get("sources", []):
            if not source.endswith(".swift"):
                continue
            path = pathlib.Path(target["path"]) / source
            for imported in IMPORT.findall(path.read_text()):
                module = own_modules.get(imported)
                places = ONLY_IN.get((target["name"], module))
                if places and source not in places:
                    faults.append(f"{path}: only {', '.join(sorted(places))} import {imported}")
                if module and module not in allowed:
                    faults.append(f"{path}: {target['name']} imports {imported} without declaring it in Package.swift")
    return faults


def forbidden_dependencies(targets: list[dict]) -> list[str]:
    declared = {target["name"]: target.get("target_dependencies", []) for target in targets}
    faults = []
    for name, forbidden in KEPT_APART.items():
        if name not in declared:
            faults.append(f"there is no target {name}, which must be kept apart from others")
            continue
        reached, waiting = set(), [name]
        while waiting:
            for dependency in declared.get(waiting.pop(), []):
                if dependency not in reached:
                    reached.add(dependency)
                    waiting.append(dependency)
        faults += [f"{name} must not reach {module}" for module in sorted(reached & forbidden)]
    return faults


if __name__ == "__main__":
    described = described_targets()
    faults = undeclared_imports(described) + forbidden_dependencies(described)
    print("\n".join(faults) or "Every import is declared.", file=sys.stderr if faults else sys.stdout)
    sys.exit(1 if faults else 0)
