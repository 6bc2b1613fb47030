"""Refuses doc comments that open with a relative clause.

A doc comment opens with a noun phrase or a verb: "The longest …", "Selects …". See CONTRIBUTING.md, Conventions.
"""

import pathlib
import re
import sys

ROOTS = ("Sources", "Tests", "Examples", "Benchmarks")
OPENING = re.compile(r"\s*/// *(What|Who|Whose|Whoever|So many|As many|Of)\b")
# Directories still to be rewritten. One that is clean leaves this list, which then keeps it clean; in the end it goes.
PENDING = (
    "Sources/ActService",
    "Sources/Acting",
    "Sources/KeywayServer",
)


def openings(source: pathlib.Path) -> list[str]:
    """The places where a doc comment opens with one of those words, as `file:line: comment`."""
    found = []
    before = ""
    for number, line in enumerate(source.read_text().splitlines(), start=1):
        if OPENING.match(line) and not before.lstrip().startswith("///"):
            found.append(f"{source}:{number}: {line.strip()}")
        before = line
    return found


def main() -> int:
    sources = sorted(source for root in ROOTS for source in pathlib.Path(root).rglob("*.swift"))
    if not sources:
        print("There are no Swift files here: run this in the project's root.", file=sys.stderr)
        return 1
    pending: dict[str, int] = dict.fromkeys(PENDING, 0)
    errors = []
    for source in sources:
        found = openings(source)
        place = next((place for place in PENDING if source.is_relative_to(place)), None)
        if place:
            pending[place] += len(found)
        else:
            errors += [f"{opening}\n    open it with a noun phrase or a verb" for opening in found]
    for place, count in pending.items():
        if count == 0 and pathlib.Path(place).exists():
            errors.append(f"{place} is clean: take it from PENDING in {__file__}")
    print("\n".join(errors) or "Every doc comment opens with a noun phrase or a verb.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
