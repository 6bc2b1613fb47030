"""What schemathesis leaves out, loaded by it through SCHEMATHESIS_HOOKS."""

from urllib.parse import unquote

import schemathesis


@schemathesis.hook
def filter_path_parameters(context: schemathesis.HookContext, path_parameters: dict | None) -> bool:
    """No control characters: the engine refuses them before the request has an endpoint, and so an error family."""
    # The values are percent-encoded here already.
    values = [unquote(value) for value in (path_parameters or {}).values() if isinstance(value, str)]
    return not any(ord(character) < 0x20 or ord(character) == 0x7F for value in values for character in value)
