"""CircleCI: pycircleci

`CIRCLE_API_URL` and `CIRCLE_TOKEN` do the same. The text of an error is in `client.last_response`, not in the
exception. `download_artifact` sends the token to the host that the artifact's URL names, outside Keyway, and writes an
error to the file.
"""

from pycircleci.api import Api


def connect(base: str, token: str) -> Api:
    # Quoted
    client = Api(token=token, url=f"{base}/api")
    # So far
    return client


def read(client: Api) -> str:
    # One of version 1.1, the others are of version 2.
    assert client.get_user_info()["login"] == "ops"
    return client.get_project("gh/acme/one")["name"]


def write(client: Api) -> str:
    return client.trigger_pipeline("acme", "one", branch="main")["state"]


def pages(client: Api) -> list[str]:
    return [pipeline["id"] for pipeline in client.get_project_pipelines("acme", "one", paginate=True)]
