"""Refuses doc comments of which a paragraph opens with a relative clause.

A paragraph opens with a noun phrase or a verb: "The longest …", "Selects …". See CONTRIBUTING.md, Conventions.
"""

import pathlib
import re
import sys

ROOTS = ("Sources", "Tests", "Examples", "Benchmarks")
OPENING = re.compile(r"\s*/// *(What|Who|Whose|Whoever|So many|As many|Of)\b")

CONTINUED = re.compile(r"\s*///\s*\S")


def openings(source: pathlib.Path) -> list[str]:
    """The places where a paragraph opens with one of those words, as `file:line: comment`."""
    found = []
    before = ""
    for number, line in enumerate(source.read_text().splitlines(), start=1):
        if OPENING.match(line) and not CONTINUED.match(before):
            found.append(f"{source}:{number}: {line.strip()}")
        before = line
    return found


def main() -> int:
    sources = sorted(source for root in ROOTS for source in pathlib.Path(root).rglob("*.swift"))
    if not sources:
        print("There are no Swift files here: run this in the project's root.", file=sys.stderr)
        return 1
    errors = [
        f"{opening}\n    open it with a noun phrase or a verb" for source in sources for opening in openings(source)
    ]
    print("\n".join(errors) or "Every doc comment opens with a noun phrase or a verb.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
