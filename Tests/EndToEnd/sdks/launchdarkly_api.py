"""LaunchDarkly: launchdarkly-api"""

import launchdarkly_api
from launchdarkly_api.api.projects_api import ProjectsApi
from launchdarkly_api.models.project_post import ProjectPost


def connect(base: str, token: str) -> launchdarkly_api.ApiClient:
    # Quoted
    configuration = launchdarkly_api.Configuration(host=base, api_key={"ApiKey": token})
    client = launchdarkly_api.ApiClient(configuration)
    # So far
    return client


def read(client: launchdarkly_api.ApiClient) -> str:
    return ProjectsApi(client).get_project("one").name


def write(client: launchdarkly_api.ApiClient) -> str:
    return ProjectsApi(client).post_project(ProjectPost(name="new", key="new")).name


def pages(client: launchdarkly_api.ApiClient) -> list[str]:
    found: list[str] = []
    while True:
        page = ProjectsApi(client).get_projects(limit=1, offset=len(found))
        found += [project.name for project in page.items]
        if len(found) >= (page.total_count or 0):
            return found
