"""Makes the table in docs/sdks.md from the programs in Tests/EndToEnd/sdks.

Usage: generate_sdk_table.py [--check]

With `--check` nothing is written, and a page that is stale is an error.

Between two marks of the page stands a row for each SDK: vendor, package and notes from the program's docstring, the
version from the requirements, the code from between `# Quoted` and `# So far`, and which steps the program has.
"""

import ast
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/sdks.md"
PROGRAMS = ROOT / "Tests/EndToEnd/sdks"
BEGIN, END = "<!-- from Tests/EndToEnd/sdks -->", "<!-- to here -->"
STEPS = {"read": "read", "write": "write", "pages": "list", "stream": "stream", "upload": "20 MiB"}


def versions() -> dict[str, str]:
    """The pinned version of each package."""
    files = [ROOT / "requirements.txt", *PROGRAMS.glob("*.txt")]
    pinned = re.findall(r"^([\w.-]+)==(\S+)$", "\n".join(file.read_text() for file in files), re.MULTILINE)
    return dict(pinned)


def row(program: pathlib.Path, pinned: dict[str, str]) -> str:
    source = program.read_text()
    module = ast.parse(source)
    title, _, notes = (ast.get_docstring(module) or "").partition("\n\n")
    vendor, _, package = title.partition(": ")
    (quoted,) = re.findall(r"^ *# Quoted\n(.*?)^ *# So far$", source, re.MULTILINE | re.DOTALL)
    code = "<br>".join(f"`{line}`" for line in textwrap.dedent(quoted).splitlines() if line)
    functions = [node.name for node in module.body if isinstance(node, ast.FunctionDef)]
    steps = ", ".join(name for step, name in STEPS.items() if step in functions)
    return f"| {vendor} | {package} {pinned[package]} | {code} | {steps} | {' '.join(notes.split())} |"


def page() -> str:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    pinned = versions()
    rows = [row(program, pinned) for program in PROGRAMS.glob("[a-z]*.py")]
    head = ["| vendor | SDK | code | shown | to know |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"{before}{BEGIN}", *head, *sorted(rows, key=str.lower), f"{END}{after}"])


def main(check: bool) -> int:
    made = page()
    if not check:
        PAGE.write_text(made)
        return 0
    if made != PAGE.read_text():
        print(f"{PAGE.relative_to(ROOT)} is stale.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
