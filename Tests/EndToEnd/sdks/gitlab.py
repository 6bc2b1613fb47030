"""GitLab: python-gitlab"""

import gitlab


def connect(base: str, token: str) -> gitlab.Gitlab:
    # Quoted
    client = gitlab.Gitlab(base, private_token=token)
    # So far
    return client


def read(client: gitlab.Gitlab) -> str:
    return client.projects.get(1).name


def write(client: gitlab.Gitlab) -> str:
    return client.projects.create({"name": "new"}).name


def pages(client: gitlab.Gitlab) -> list[str]:
    return [project.name for project in client.projects.list(get_all=True, per_page=1)]


def stream(client: gitlab.Gitlab) -> str:
    packages = client.projects.get(1).generic_packages
    pieces = packages.download(package_name="p", package_version="1", file_name="f", iterator=True)
    return b"".join(pieces).decode()


def upload(client: gitlab.Gitlab, path: str) -> None:
    packages = client.projects.get(1).generic_packages
    packages.upload(package_name="p", package_version="1", file_name="f", path=path)
