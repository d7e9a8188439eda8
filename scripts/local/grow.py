"""Makes an organization large: many of the rows that it has one of.

What the product wrote itself is copied, so that nothing here knows how a row is written but for its key and name.
"""

import itertools
from typing import Any

import boto3

from . import aws
from .state import Failure, Json, State

# The first id that is given, which no simulator gives, and how the projects are called.
FIRST_PROJECT = 900_000_000
TOWNS = ("Lincoln", "Omaha", "Fremont", "Seward", "Beatrice")


def grow(state: State, org: str, projects: int, entries: int) -> None:
    """The organization gets so many linked projects and entries of the log more, as its newest ones are."""
    address = aws.endpoint_of(state)
    known = aws.client("cloudformation", address).describe_stack_resources(StackName=aws.STACK)
    tables = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in known["StackResources"]
        if resource["ResourceType"] == "AWS::DynamoDB::Table"
    }
    rows = boto3.resource("dynamodb", endpoint_url=address, region_name=aws.REGION)
    links = rows.Table(tables["ProjectLinksTable"])
    project = newest(links, "org_id = :org AND begins_with(sk, :prefix)", {":org": org, ":prefix": "project#"})
    with links.batch_writer() as batch:
        for number in range(FIRST_PROJECT, FIRST_PROJECT + projects):
            batch.put_item(Item=like(project, number))
    log = rows.Table(tables["ActivityTable"])
    entry = newest(log, "org_id = :org", {":org": org})
    # Ids are times first: these are older than the entry, each by a millisecond.
    high, low, rest = entry["at_id"].split("-", 2)
    at_ms = int(high + low, 16)
    with log.batch_writer() as batch:
        for back in itertools.islice(itertools.count(1), entries):
            digits = f"{at_ms - back:012x}"
            batch.put_item(Item={**entry, "at_id": f"{digits[:8]}-{digits[8:]}-{rest}"})


def newest(table: Any, where: str, values: Json) -> Json:
    found = table.query(
        KeyConditionExpression=where, ExpressionAttributeValues=values, ScanIndexForward=False, Limit=1
    )["Items"]
    if not found:
        raise Failure("The organization has nothing to make more of.")
    row: Json = found[0]
    return row


def like(project: Json, number: int) -> Json:
    """A project of another number, name and address."""
    fields = dict(project["seen"])
    fields["name"] = f"House {number - FIRST_PROJECT}"
    fields["street_address_1"] = f"{number % 9973} {TOWNS[number % 5]} Street"
    return {**project, "sk": f"project#{number}", "project_id": str(number), "seen": fields}
