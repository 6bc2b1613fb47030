"""Freshservice: freshpy

Reads only. Errors come back as data. `get_tickets` and `get_all_agents` have the first page: ask for others with `get`.
"""

from freshpy import FreshPy


def connect(base: str, token: str) -> FreshPy:
    # Quoted
    client = FreshPy(domain=base, api_key=token)
    # So far
    return client


def read(client: FreshPy) -> str:
    answer = client.tickets.get_ticket(1)
    return answer["ticket"]["subject"] if "ticket" in answer else answer


def pages(client: FreshPy) -> list[str]:
    found: list[str] = []
    while page := client.get(f"tickets?per_page=1&page={len(found) + 1}")["tickets"]:
        found += [ticket["subject"] for ticket in page]
    return found
