"""Refuses a type's name that two modules declare.

A reader who meets a name should not have to ask which one it is. Nested types are told apart by the types around them,
and private ones are nobody else's. The SDK has the API's nouns as its public types, whatever other modules have.
"""

import collections
import pathlib
import re
import sys

SOURCES = pathlib.Path("Sources")
SDK = "DatadogClient"
DECLARATION = re.compile(
    r"^(?P<indent> *)(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?P<modifiers>(?:(?:public|package|internal|fileprivate|private|final|indirect|nonisolated)\s+)*)"
    r"(?P<kind>struct|class|enum|protocol|actor|typealias|extension)\s+(?P<name>\w+(?:\.\w+)*)"
)


def declared_types(source: pathlib.Path) -> list[tuple[str, int]]:
    """The types that a file declares for others, with their lines; nested ones with the names around them."""
    found = []
    around: list[tuple[int, str, bool]] = []
    for number, line in enumerate(source.read_text().splitlines(), start=1):
        declaration = DECLARATION.match(line)
        if not declaration:
            continue
        indent, modifiers = len(declaration["indent"]), declaration["modifiers"].split()
        while around and around[-1][0] >= indent:
            around.pop()
        is_private = bool({"private", "fileprivate"} & set(modifiers)) or any(outer[2] for outer in around)
        name = ".".join([outer[1] for outer in around] + [declaration["name"]])
        around.append((indent, declaration["name"], is_private))
        is_public_sdk = source.parts[1] == SDK and "public" in modifiers
        if declaration["kind"] != "extension" and not is_private and not is_public_sdk:
            found.append((name, number))
    return found


def main() -> int:
    places = collections.defaultdict(list)
    for source in sorted(SOURCES.rglob("*.swift")):
        for name, number in declared_types(source):
            places[name].append((source.parts[1], f"{source}:{number}"))
    if not places:
        print("There are no Swift files here: run this in the project's root.", file=sys.stderr)
        return 1
    errors = [
        f"{name} is declared by {len({module for module, _ in found})} modules: "
        + ", ".join(place for _, place in found)
        for name, found in sorted(places.items())
        if len({module for module, _ in found}) > 1
    ]
    print("\n".join(errors) or "No two modules have a type of one name.", file=sys.stderr if errors else sys.stdout)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
