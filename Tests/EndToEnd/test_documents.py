"""The documents are true: their commands run as written, their links lead somewhere, their quotations are verbatim."""

import pathlib
import re
from collections.abc import Callable

import pytest
from acting import TWINS
from document import SHELL, Session, blocks
from harness import ROOT, command

DOCUMENTS = sorted(
    document
    for pattern in ("*.md", "docs/**/*.md", "findings/*.md", "Examples/**/*.md", "Benchmarks/**/*.md", "Tests/**/*.md")
    for document in ROOT.glob(pattern)
)
ACTING = {"KEYWAY_EGRESS_ALLOW": "127.0.0.0/8", "KEYWAY_EGRESS_ALLOW_PLAINTEXT": "1"}


def serves(session: Session) -> None:
    session.serve("make run")


def has_a_service(session: Session) -> None:
    """A certificate for the part on TLS."""
    (session.root / "etc/keyway").mkdir(mode=0o700)
    session.shell.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=keyway.example.com "
        f"-keyout {session.root}/etc/keyway/key.pem -out {session.root}/etc/keyway/cert.pem && "
        f"chmod 600 {session.root}/etc/keyway/*.pem"
    )
    assert session.shell.status == 0


def has_done_the_first_act(session: Session) -> None:
    session.play(ROOT / "README.md")


def has_three_documents(session: Session) -> None:
    serves(session)
    for line in (
        "printf %s secret > secret.txt",
        "keyway connections create openai --name 'OpenAI for support' --secret api_token=@secret.txt",
        "keyway connections create servicenow --name Tickets --instance acme --username keyway "
        "--secret password=@secret.txt",
        "keyway aws accounts create --account-id 123456789012 --role-name KeywayRole",
    ):
        printed = session.shell.run(line)
        assert session.shell.status == 0, printed


def has_a_connection_to_a_twin(session: Session) -> None:
    serves(session)
    twin = session.namespace["twin"]
    session.aliases[twin.base_url] = "https://api.openai.com"
    for line in (
        f"printf %s {twin.vendor.secrets['api_token']} > secret.txt",
        "keyway connections create openai --name Support --secret api_token=@secret.txt",
        'echo \'{"data": {"type": "connection_settings", "attributes": '
        f'{{"base_url": "{twin.base_url}", "custom_domain": true}}}}}}\' > twin.json',
        "keyway connections settings put Support --from-file twin.json",
    ):
        printed = session.shell.run(line)
        assert session.shell.status == 0, printed


def runs_tests(session: Session) -> None:
    python = session.clone / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(pathlib.Path(__file__).parent / "document_programs/python-of-tests")


PREPARATIONS: dict[str, Callable[[Session], None]] = {
    "CONTRIBUTING.md": runs_tests,
    "README.md": lambda session: None,
    "docs/acting.md": has_done_the_first_act,
    "docs/agents.md": lambda session: None,
    "docs/command-line.md": has_a_connection_to_a_twin,
    "docs/configuration-as-code.md": has_three_documents,
    "docs/operators-guide.md": has_a_service,
    "docs/python.md": serves,
}
"""For each document with commands, what a reader has done before."""


@pytest.fixture
def session(tmp_path: pathlib.Path):
    session = Session(tmp_path / "machine", ACTING)
    try:
        yield session
    finally:
        session.close()


@pytest.mark.parametrize("name", sorted(set(PREPARATIONS) - {"docs/command-line.md"}))
def test_the_commands_of_a_document_run_as_written(name: str, session: Session) -> None:
    PREPARATIONS[name](session)
    session.play(ROOT / name)


def test_the_commands_of_the_command_line_run_as_written(session: Session) -> None:
    with TWINS["OpenAIAPIKey"]() as session.namespace["twin"]:
        PREPARATIONS["docs/command-line.md"](session)
        session.play(ROOT / "docs/command-line.md")


def test_no_document_has_commands_that_no_test_runs() -> None:
    with_commands = {
        str(document.relative_to(ROOT))
        for document in DOCUMENTS
        for block in blocks(document)
        if block.language in (*SHELL, "python", "bash", "shell") or re.search("^[$#] ", block.text, re.MULTILINE)
    }
    assert with_commands == set(PREPARATIONS)


def test_swift_in_documents_is_quoted_from_the_sources() -> None:
    sources = [
        without_layout(source.read_text())
        for place in ("Sources", "Tests", "Examples")
        for source in (ROOT / place).rglob("*.swift")
    ]
    quoted = [block for document in DOCUMENTS for block in blocks(document) if block.language == "swift"]
    assert len(quoted) >= 3
    for block in quoted:
        assert any(without_layout(block.text) in source for source in sources), f"{block.place} stands in no source"


def without_layout(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def test_links_lead_somewhere() -> None:
    count = 0
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text())):
            if re.match("https?:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (document.parent / path).resolve() if path else document
            assert file.exists(), f"{document.relative_to(ROOT)} leads to {target}, which is not there"
            if anchor:
                assert anchor in anchors(file), (
                    f"{document.relative_to(ROOT)} leads to {target}, a heading that is not there"
                )
            count += 1
    assert count > 100


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]+`", "", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(document: pathlib.Path) -> set[str]:
    """The headings of a document as links name them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_commands_in_running_text_exist() -> None:
    """Their words name a command or a group, and the command has their options."""
    page = command("man").stdout
    names = {name.replace("\\-", "-") for name in re.findall(r'^\.SS "keyway ((?:[a-z\\-]+ ?)+)', page, re.MULTILINE)}
    names = {name.strip() for name in names} | {"man configuration", "help"}
    known = {" ".join(name.split()[:count]) for name in names for count in range(1, len(name.split()) + 1)}
    helps: dict[str, str] = {}
    count = 0
    for document in DOCUMENTS:
        text = re.sub(r"^ *```.*?^ *```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
        for span in re.findall(r"`(keyway [^`]+)`", text):
            words = span.replace("\\|", "|").split()[1:]
            name = ""
            while words and f"{name} {words[0]}".strip() in known:
                name = f"{name} {words.pop(0)}".strip()
            where = f"{document.relative_to(ROOT)}: {span}"
            assert name or not re.match(r"[a-z]", words[0]), f"{where}: there is no such command"
            count += 1
            for option in re.findall(r"(?<!\S)--[a-z-]+", " ".join(words)):
                if name not in helps:
                    helps[name] = command(*name.split(), "--help").stdout + " --help --version"
                assert re.search(rf"{option}\b", helps[name]), f"{where}: there is no option {option}"
    assert count > 50


def test_variables_in_documents_exist() -> None:
    places = ("scripts/*", "Benchmarks/*.py", "Tests/EndToEnd/*.py", "Package.swift", "docs/configuration.md")
    sources = "".join(file.read_text() for place in places for file in ROOT.glob(place) if file.is_file())
    named = {name for document in DOCUMENTS for name in re.findall(r"\bKEYWAY_[A-Z_]+[A-Z]\b", document.read_text())}
    assert len(named) > 30
    assert {name for name in named if not re.search(rf"\b{name}\b", sources)} == set()


def test_files_that_documents_name_exist() -> None:
    places = ("Sources", "Tests", "Examples", "Benchmarks", "scripts")
    files = [f"/{file.relative_to(ROOT)}" for place in places for file in (ROOT / place).rglob("*.*")]
    files += ["/Package.swift"]
    count = 0
    for document in DOCUMENTS:
        for name in re.findall(r"`([\w/+.-]+\.(?:swift|py))`", document.read_text()):
            assert any(file.endswith(f"/{name}") for file in files), f"{document.relative_to(ROOT)} names {name}"
            count += 1
    assert count > 50


def test_the_indexes_are_whole() -> None:
    index = (ROOT / "docs/README.md").read_text()
    for document in (ROOT / "docs").glob("*.md"):
        assert document.name == "README.md" or f"]({document.name})" in index
    decisions = (ROOT / "docs/decisions/README.md").read_text()
    for document in (ROOT / "docs/decisions").glob("0*.md"):
        number, _, title = document.read_text().splitlines()[0].removeprefix("# ").partition(": ")
        assert f"| [{number}]({document.name}) | {title} |\n" in decisions


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 12 * 1024
