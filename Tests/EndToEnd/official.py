"""The official Python client, with nothing changed but the server's address, and its typed models."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException
from datadog_api_client.model_utils import ModelComposed, ModelNormal, ModelSimple, OpenApiModel, UnparsedObject
from harness import Keys

# What the client refuses to send until it is switched on.
UNSTABLE = (
    "create_aws_account_ccm_config",
    "get_aws_account_ccm_config",
    "update_aws_account_ccm_config",
    "delete_aws_account_ccm_config",
    "get_aws_metric_name_filter_preview",
    "preview_aws_metric_name_filter",
    "validate_awsccm_config",
    "validate",
)


def official_client(address: str, keys: Keys, protocol: str = "http", ca_file: str | None = None) -> ApiClient:
    """The client of one caller."""
    configuration = Configuration(server_index=1, server_variables={"protocol": protocol, "name": address})
    configuration.api_key["apiKeyAuth"] = keys.api_key
    configuration.api_key["appKeyAuth"] = keys.application_key
    for operation in UNSTABLE:
        configuration.unstable_operations[operation] = True
    if ca_file:
        configuration.ssl_ca_cert = ca_file
    return ApiClient(configuration)


def typed(model: type, value: Any) -> Any:
    """Builds one of the client's models from plain JSON, as a program would with its constructors."""
    if value is None or not issubclass(model, OpenApiModel):
        return value
    if issubclass(model, ModelSimple):
        return model(value)
    if issubclass(model, ModelComposed):
        kinds = [kind for kind in model._composed_schemas["oneOf"] if is_of(kind, value)]
        return typed(kinds[0], value)
    members = {}
    for name, member in value.items():
        kind = model.openapi_types[name][0]
        is_list = isinstance(kind, list) and member is not None
        members[name] = [typed(kind[0], entry) for entry in member] if is_list else typed(kind, member)
    return model(**members)


def is_of(kind: type, value: dict) -> bool:
    """Whether plain JSON is of an option of a oneOf: by its `type`, or else by its members."""
    if "type" in value:
        return value["type"] in kind.openapi_types["type"][0].allowed_values
    return set(value) <= set(kind.openapi_types)


def parts(model: Any) -> Iterator[Any]:
    """A model and all models in it."""
    yield model
    if isinstance(model, ModelComposed):
        yield from parts(model.get_oneof_instance())
    elif isinstance(model, ModelNormal):
        for member in model._data_store.values():
            for entry in member if isinstance(member, list) else [member]:
                yield from parts(entry)


def assert_typed(response: Any) -> None:
    """The client understood every part of an answer: it flags what it did not, and raises nothing."""
    assert isinstance(response, OpenApiModel), response
    for part in parts(response):
        assert not isinstance(part, UnparsedObject), part
        assert not getattr(part, "_unparsed", False), part


def raises(status: int, call: Callable, *words: str) -> None:
    """The client raises what is documented, and its model decodes the body: an array of strings, as of AWS and keys."""
    with pytest.raises(ApiException) as raised:
        call()
    assert raised.value.status == status, raised.value.body
    body = raised.value.body
    errors = body["errors"] if isinstance(body, dict) else body.errors
    assert errors
    assert all(isinstance(error, str) and error for error in errors), errors
    for word in words:
        assert any(word in error for error in errors), errors
