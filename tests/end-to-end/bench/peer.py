"""What webhook-ingest does with a delivery of CompanyCam, in Python with boto3: a peer for `make bench`.

As a function it asks Lambda's runtime API for work. `peer.py sign <ring> <org>` prints the signature of the body on
standard input instead, since whoever measures has no key.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import sys
import uuid
from collections.abc import Mapping
from typing import Any

GENERATION = "1"
API = "/2018-06-01/runtime/invocation"
LOOKS = {"project": ("project", "project_id"), "photo": ("photo", "photo_id"), "document": ("document", "document_id")}


def token(ring: str, org: str) -> bytes:
    """The key that deliveries of that organization are signed with (HKDF-SHA256 of the ring's version 1)."""
    info = f"companycam-integration/v1/webhooks/companycam/{org}/{GENERATION}".encode()
    secret = json.loads(ring)["1"].encode()
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    key = hmac.digest(extracted, info + b"\x01", hashlib.sha256)
    return base64.urlsafe_b64encode(key).rstrip(b"=")


def sign(key: bytes, body: bytes) -> str:
    """As CompanyCam does it."""
    return base64.b64encode(hmac.digest(key, body, hashlib.sha1)).decode()


class Handler:
    """The function: its clients, and the ring once it was read."""

    def __init__(self) -> None:
        import boto3

        self.sqs = boto3.client("sqs")
        self.secrets = boto3.client("secretsmanager")
        self.ring: str | None = None

    def handle(self, event: Mapping[str, Any]) -> dict[str, object]:
        """The answer to a delivery."""
        if self.ring is None:
            name = os.environ["SECRETS_PREFIX"] + "/keys/webhooks"
            self.ring = self.secrets.get_secret_value(SecretId=name)["SecretString"]
        org = event["rawPath"].rsplit("/", 1)[1]
        body = event["body"].encode()
        signature = event["headers"].get("x-companycam-signature", "")
        if not hmac.compare_digest(sign(token(self.ring, org), body), signature):
            return {"statusCode": 401}
        delivery = json.loads(body)
        kind = delivery["event_type"].split(".")[0]
        look, field = LOOKS[kind]
        thing = delivery["payload"].get(kind, delivery["payload"])
        message = {
            "org_id": org,
            "look": {"kind": look, field: str(thing["id"])},
            "told": {"at": delivery["created_at"], "object": json.dumps(thing)},
        }
        entry = {
            "Id": "0",
            "MessageBody": json.dumps(message),
            "MessageGroupId": org,
            "MessageDeduplicationId": str(uuid.uuid4()),
        }
        sent = self.sqs.send_message_batch(QueueUrl=os.environ["SYNC_QUEUE_URL"], Entries=[entry])
        return {"statusCode": 500 if sent.get("Failed") else 200}


def serve() -> None:
    """Asks for work, one delivery after another."""
    handler = Handler()
    lambda_api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        lambda_api.request("GET", f"{API}/next")
        work = lambda_api.getresponse()
        event = json.loads(work.read())
        answer = json.dumps(handler.handle(event))
        lambda_api.request("POST", f"{API}/{work.headers['lambda-runtime-aws-request-id']}/response", answer)
        lambda_api.getresponse().read()


if __name__ == "__main__":
    if sys.argv[1:2] == ["sign"]:
        print(sign(token(sys.argv[2], sys.argv[3]), sys.stdin.buffer.read()), end="")
    else:
        serve()
