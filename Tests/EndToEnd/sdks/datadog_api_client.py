"""Datadog: datadog-api-client

Operations of other hosts, such as logs intake and IP ranges, go to the connection's host, too.
"""

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v1.model.monitor import Monitor
from datadog_api_client.v1.model.monitor_type import MonitorType


def connect(base: str, token: str) -> ApiClient:
    # Quoted
    client = ApiClient(Configuration(host=base, api_key={"apiKeyAuth": token}))
    # So far
    return client


def read(client: ApiClient) -> str:
    # Sends fewer keys than others.
    assert AuthenticationApi(client).validate().valid
    return MonitorsApi(client).get_monitor(1).name


def write(client: ApiClient) -> str:
    monitor = Monitor(name="new", type=MonitorType("metric alert"), query="avg(last_5m):avg:system.load.1{*} > 1")
    return MonitorsApi(client).create_monitor(monitor).name


def pages(client: ApiClient) -> list[str]:
    return [monitor.name for monitor in MonitorsApi(client).list_monitors_with_pagination(page_size=1)]
