"""Adds a version to a ring of keys, or takes one out that nobody needs any more.

A ring is a secret that holds a JSON object of versions; the highest is used for what is new. What to look
at before a version is taken out is in docs/OPERATIONS.md.
"""

import argparse
import json
import secrets
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

RINGS = ("tokens", "webhooks")


class Refused(Exception):
    """Why the ring stays as it is."""


def change(manager: Any, prefix: str, ring: str, remove: int | None = None) -> str:
    """Changes the ring in this Secrets Manager; what was done, in words."""
    name = f"{prefix}/keys/{ring}"
    versions = json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
    newest = max(map(int, versions))
    if remove is None:
        # 64 characters of 6 bits, as the stack makes the first.
        versions[str(newest + 1)] = secrets.token_urlsafe(48)
        older = ", ".join(sorted(versions, key=int)[:-1])
        done = f"{name}: version {newest + 1} is used for what is new; {older} go on."
    else:
        if str(remove) not in versions:
            raise Refused(f"{name} has no version {remove}.")
        if remove == newest:
            raise Refused(f"Version {remove} of {name} is the newest, which is in use.")
        del versions[str(remove)]
        done = f"{name}: version {remove} is gone."
    manager.put_secret_value(SecretId=name, SecretString=json.dumps(versions))
    return done


def main() -> int:
    parser = argparse.ArgumentParser(prog="rotate_keys", description=__doc__)
    parser.add_argument("ring", choices=RINGS)
    parser.add_argument("--prefix", default="companycam-integration", help="the stack's SecretsPrefix")
    parser.add_argument("--remove", type=int, metavar="VERSION")
    arguments = parser.parse_args()
    try:
        print(change(boto3.client("secretsmanager"), arguments.prefix, arguments.ring, arguments.remove))
    except (Refused, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
