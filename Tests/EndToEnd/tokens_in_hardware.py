"""SoftHSM as the tests' own hardware security module: tokens in a temporary folder, and AES keys in them."""

import os
import pathlib
import subprocess

MODULE = next(
    (
        str(path)
        for path in map(pathlib.Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"))
        if path.exists()
    ),
    "/usr/lib/softhsm/libsofthsm2.so",
)
PIN = "8417-of-the-token"


class SoftHSM:
    """One token of a folder of its own."""

    def __init__(self, place: pathlib.Path, label: str = "Keyway") -> None:
        self.label = label
        self.tokens = place / "tokens"
        self.tokens.mkdir(parents=True)
        self.configuration = place / "softhsm2.conf"
        self.configuration.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n")
        self.pin_file = place / "pin"
        self.pin_file.write_text(f"{PIN}\n")
        self.pin_file.chmod(0o600)
        self.run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-" + PIN)

    @property
    def variables(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.configuration)}

    def run(self, *words: str) -> None:
        done = subprocess.run(words, env=os.environ | self.variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words[0], done.stderr)

    def make(self, name: str, *options: str) -> str:
        """Makes an AES key that can't leave the token, and returns its URI."""
        tool = ("pkcs11-tool", "--module", MODULE, "--token-label", self.label, "--login", "--pin", PIN)
        self.run(*tool, "--keygen", "--key-type", "AES:32", "--label", name, *(options or ("--sensitive", "--private")))
        return self.uri(name)

    def uri(self, name: str) -> str:
        return f"pkcs11:token={self.label};object={name}?module-path={MODULE}&pin-source=file:{self.pin_file}"
