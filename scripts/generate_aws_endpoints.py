#!/usr/bin/env python3
"""Writes Sources/Acting/AWS/AWSEndpointData.swift from the endpoint data of botocore, which requirements.txt pins.

Run it in the virtual environment after botocore was updated: .venv/bin/python scripts/generate_aws_endpoints.py
With --check it writes nothing, and fails if the file is not what it would write.
"""

import pathlib
import re
import sys
from collections.abc import Iterator
from typing import Any

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.session import Session

TARGET = pathlib.Path(__file__).parent.parent / "Sources/Acting/AWS/AWSEndpointData.swift"
# Answers in us-east-1 for all regions, and has no host elsewhere, which its rules don't say.
KEPT = {"health": {"aws": ("health.us-east-1.{s}", "us-east-1")}}
# Signed for by the name of another service, which alone is meant where nothing else says which; or not signed at all.
NEVER_MEANT = {"iam-toolbox", "s3control", "sso"}

LOADER = Session().get_component("data_loader")
DATA = LOADER.load_data("partitions")
PARTITIONS = {partition["id"]: partition for partition in DATA["partitions"]}


def template(host: str, region: str, outputs: dict[str, Any]) -> str:
    """A host with marks for its region and its partition's domain."""
    for mark, suffix in (("{d}", outputs["dualStackDnsSuffix"]), ("{s}", outputs["dnsSuffix"])):
        if host.endswith("." + suffix):
            host = host.removesuffix(suffix) + mark
            break
    return ".".join("{r}" if label == region else label for label in host.split("."))


def places(service: str) -> Iterator[tuple[str, str, str, str]]:
    """Partition, region, host and region of the signature, wherever the service answers."""
    provider = EndpointProvider(LOADER.load_service_model(service, "endpoint-rule-set-1"), DATA)
    for name, partition in PARTITIONS.items():
        for region in partition["regions"]:
            try:
                endpoint = provider.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
            except BotoCoreError:
                continue
            schemes = endpoint.properties.get("authSchemes") or [{}]
            yield name, region, endpoint.url.split("://")[1], schemes[0].get("signingRegion") or region


def summary(service: str) -> dict[str, tuple[str, str]]:
    """Template and signing region, "" for the request's own, by partition, and by region where one differs."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for partition, region, host, signing in places(service):
        found.setdefault(partition, {})[region] = (host, signing)
    result: dict[str, tuple[str, str]] = {}
    for partition, regions in found.items():
        outputs = PARTITIONS[partition]["outputs"]
        real = {region: place for region, place in regions.items() if not region.endswith("-global")}
        hosts = {host for host, _ in real.values()}
        if len(hosts) == 1 and (len(real) > 1 or not set(hosts.copy().pop().split(".")) & set(real)):
            region = next(
                (signing for name, (_, signing) in real.items() if signing != name), outputs["implicitGlobalRegion"]
            )
            result[partition] = (template(hosts.pop(), "", outputs), region)
            continue
        templates = {template(host, region, outputs) for region, (host, _) in real.items()}
        regional = max(sorted(templates), key=lambda text: "{r}" in text)
        result[partition] = (regional, "")
        for region, (host, signing) in regions.items():
            if template(host, region, outputs) != regional:
                signing = outputs["implicitGlobalRegion"] if signing.endswith("-global") else signing
                result[f"{partition}/{region}"] = (template(host, "", outputs), signing)
    return result | KEPT.get(service, {})


def lines() -> Iterator[str]:
    """A line for each name that differs from `{name}.{region}.{domain}`, signed for that name."""
    entries: dict[str, tuple[bool, str]] = {}
    for service in LOADER.list_available_services("service-2"):
        metadata = LOADER.load_service_model(service, "service-2")["metadata"]
        hosts = summary(service)
        prefix = metadata["endpointPrefix"]
        signing = metadata.get("signingName", prefix)
        standard = hosts.pop("aws", (f"{prefix}.{{r}}.{{s}}", ""))
        others = {place: host for place, host in hosts.items() if host != standard or standard[1]}
        first = standard[0].removesuffix(".{r}.{s}").removesuffix(".{r}.{d}").split(".")
        labels = {prefix, *(first if len(first) == 1 else [])}
        for name in sorted({service, *labels}):
            if "." in name:
                continue
            plain = standard == (f"{name}.{{r}}.{{s}}", "") and signing == name and not others
            more = [f"{place}={host}" + (f"@{region}" if region else "") for place, (host, region) in others.items()]
            host = standard[0] + (f"@{standard[1]}" if standard[1] else "")
            line = "" if plain else " ".join([name, signing, host, *more])
            # What a host is called goes before what a tool calls it.
            if name not in entries or (name in labels and not entries[name][0]):
                entries[name] = (name in labels, line)
    yield from sorted(line for _, line in entries.values() if line)


def signing_names() -> Iterator[str]:
    """A line for each signing name that is not that of one service of its own: the services, one for each host, and
    where there are several, the beginnings of X-Amz-Target that tell of each."""
    found: dict[str, dict[str, tuple[set[str], set[str]]]] = {}
    for service in set(LOADER.list_available_services("service-2")) - NEVER_MEANT:
        metadata = LOADER.load_service_model(service, "service-2")["metadata"]
        prefix = metadata["endpointPrefix"]
        host = summary(service).get("aws", (f"{prefix}.{{r}}.{{s}}", ""))[0]
        names, targets = found.setdefault(metadata.get("signingName", prefix), {}).setdefault(host, (set(), set()))
        names.add(service)
        targets.update([metadata["targetPrefix"]] if "targetPrefix" in metadata else [])
    for signing, hosts in sorted(found.items()):
        # By the host's own label where it has that name, else by the shortest.
        services = sorted(
            (min(names, key=lambda name: (name != host.split(".")[0], len(name), name)), sorted(targets))
            for host, (names, targets) in hosts.items()
        )
        if len(services) > 1:
            yield " ".join([signing, *(":".join([name, *targets]) for name, targets in services)])
        elif services[0][0] != signing and set(hosts) != {f"{signing}.{{r}}.{{s}}"}:
            yield f"{signing} {services[0][0]}"


def partitions() -> Iterator[str]:
    for name, partition in PARTITIONS.items():
        outputs = partition["outputs"]
        prefix = re.match(r"\^((?:[a-z]+\\-)+)", partition["regionRegex"])
        start = prefix[1].replace("\\", "") if prefix and name != "aws" else ""
        yield " ".join(
            [name, outputs["dnsSuffix"], outputs["dualStackDnsSuffix"], outputs["implicitGlobalRegion"], start]
        ).rstrip()


def text() -> str:
    return f'''// swift-format-ignore-file
// Generated by scripts/generate_aws_endpoints.py from botocore {botocore.__version__}. Do not edit.

extension AWSServices {{
    /// Partition, domain, domain of dual-stack hosts, region of what is global, and how its regions' names begin.
    static let partitionLines = """
{chr(10).join("        " + line for line in partitions())}
        """

    /// Name, signing name, host, and hosts by partition or partition/region. `{{r}}` is the region, `{{s}}` the domain,
    /// `{{d}}` that of dual-stack hosts; after `@` is the region of the signature.
    static let serviceLines = """
{chr(10).join("        " + line for line in lines())}
        """

    /// Signing name, and the services that are signed for by it, one for each host, each with the beginnings of
    /// `X-Amz-Target` that tell of it.
    static let signingLines = """
{chr(10).join("        " + line for line in signing_names())}
        """
}}
'''


def main() -> int:
    generated = text()
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text() == generated else 1
    TARGET.write_text(generated)
    return 0


if __name__ == "__main__":
    sys.exit(main())
