"""A program for each vendor's SDK, which is pointed at Keyway by its base URL and a token in place of its credential.

Each module has `connect(base, token)`, whose lines between `# Quoted` and `# So far` stand in `docs/sdks.md`, and steps
of what the SDK's users do, each of which takes the client; other functions begin with an underscore. The module's
docstring opens with vendor and package; what follows is in the page, too.
"""
