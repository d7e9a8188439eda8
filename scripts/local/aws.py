"""The local AWS: one ministack process with the stack deployed to it.

The template, the binaries and the commands are those of a real deployment. What differs is told by
parameters, and by one tag: it fixes the API's id, since the functions must know their own address,
`http://127.0.0.1:<port>/_aws/execute-api/<api id>/$default`, before the API exists.
"""

import json
import os
import platform
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, TextIO

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from .state import ROOT, Failure, Json, State, wait_for

STACK = "companycam-integration"
SECRETS_PREFIX = "companycam-integration"
REGION = "us-east-1"
# Eight hexadecimal digits: only such an id is also recognised in a Host header.
API_ID = "0cc0ca11"
ARTIFACTS = "artifacts"
SERVICES = (
    "apigateway,cloudformation,cloudwatch,events,iam,lambda,logs,monitoring,s3,scheduler,"
    "secretsmanager,sns,sqs,sts,dynamodb"
)

# Variable of the environment → the template's parameter, and what it is.
PARAMETERS = {
    "COMPANYCAM_API_URL": ("CompanyCamApiUrl", "base address of CompanyCam's API, such as http://127.0.0.1:9001/v2"),
    "COMPANYCAM_APP_URL": ("CompanyCamAppUrl", "address of CompanyCam's web application"),
    "ONE_CLICK_API_URL": ("OneClickApiUrl", "base address of One Click's API, without the /v1"),
    "ONE_CLICK_APP_URL": ("OneClickAppUrl", "address of One Click's web application"),
    "PHOTO_HOSTS": ("PhotoHosts", "comma-separated origins that photos may come from"),
}
# Variable of the environment → the secret, the field in it, and what it is.
SECRETS = {
    "CLIENT_ID": ("companycam-client", "client_id", "id of the OAuth client at CompanyCam"),
    "CLIENT_SECRET": ("companycam-client", "client_secret", "secret of the OAuth client at CompanyCam"),
    "ONE_CLICK_API_TOKEN": ("one-click", "api_token", "service token for One Click's API"),
    "LAUNCH_KEY": ("one-click", "launch_key", "key that One Click signs launch tokens with"),
}


def check(environment: dict[str, str]) -> None:
    """Names every variable that is missing, before anything is built."""
    wanted = {name: about for name, (*_, about) in {**PARAMETERS, **SECRETS}.items()}
    missing = [f"  {name}: {about}" for name, about in wanted.items() if not environment.get(name)]
    if missing:
        raise Failure("Set these environment variables for the local stack:\n" + "\n".join(missing))


def up(state: State, environment: dict[str, str]) -> dict[str, str]:
    """Starts the local AWS unless it runs, and brings the stack up to date with the binaries and
    the environment. The outputs, which are in `outputs.json` too."""
    check(environment)
    record = running(state) or start(state)
    address = record["endpoint"]
    put_secrets(address, environment)
    parameters = {
        **{parameter: environment[name] for name, (parameter, _) in PARAMETERS.items()},
        "PublicUrl": f"{address}/_aws/execute-api/{API_ID}/$default",
        "Architecture": {"aarch64": "arm64"}.get(platform.machine(), platform.machine()),
        "SecretsPrefix": SECRETS_PREFIX,
    }
    if environment.get("POLL_SCHEDULE"):
        parameters["PollSchedule"] = environment["POLL_SCHEDULE"]
    if environment.get("NIGHTLY_SCHEDULE"):
        parameters["NightlySchedule"] = environment["NIGHTLY_SCHEDULE"]
    outputs = {**deploy(state, address, parameters), "EndpointUrl": address}
    state.write("outputs.json", outputs)
    return outputs


def down(state: State) -> bool:
    """Ends the local AWS and removes what it left; false if it was not running."""
    stopped = state.stop("ministack")
    state.remove("outputs.json", "packaged.yaml", "ministack.log", "tmp")
    return stopped


def running(state: State) -> Json | None:
    record = state.running("ministack")
    return record if record and healthy(record["endpoint"]) else None


def start(state: State) -> Json:
    """Starts ministack on a free port of this machine only."""
    down(state)
    # Another process may take the port between our finding it free and ministack's binding it.
    for _ in range(5):
        record = launch(state, free_port())
        if running(state):
            return record
        log = state.last_lines("ministack")
        state.stop("ministack")
        if "already in use" not in log:
            break
    raise Failure(f"The local AWS did not start. It said:\n{log}")


def launch(state: State, port: int) -> Json:
    """Starts ministack on this port, and waits until it answers or has ended."""
    endpoint = f"http://127.0.0.1:{port}"
    temporary = state.path("tmp")
    temporary.mkdir(exist_ok=True)
    # Functions inherit ministack's environment, so it gets nothing of ours.
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(temporary),
        "LANG": "C.UTF-8",
        # It unpacks the functions' code here.
        "TMPDIR": str(temporary),
        "STATE_DIR": str(temporary / "state"),
        "S3_DATA_DIR": str(temporary / "s3"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        # Would listen on 8883 of every address otherwise.
        "IOT_MTLS_ENABLED": "0",
        # Where the functions' SDK clients go.
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "MINISTACK_REGION": REGION,
        "SERVICES": SERVICES,
        "LOG_LEVEL": os.environ.get("MINISTACK_LOG_LEVEL", "INFO"),
        # Whether roles are enforced as they are on AWS.
        "AUTH": os.environ.get("LOCAL_IAM", "false"),
    }
    command = [sys.executable, "-m", "ministack"]
    record = state.start("ministack", command, environment, endpoint=endpoint)
    wait_for(lambda: healthy(endpoint) or not state.running("ministack"), 60)
    return record


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:
            status: int = answer.status
            return status == 200
    except OSError:
        return False


def client(service: str, endpoint: str) -> Any:
    """A client of the local AWS, whatever the environment says about the real one."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=900),
    )


def put_secrets(endpoint: str, environment: dict[str, str]) -> None:
    values: dict[str, dict[str, str]] = {}
    for name, (secret, field, _) in SECRETS.items():
        values.setdefault(f"{SECRETS_PREFIX}/{secret}", {})[field] = environment[name]
    secrets = client("secretsmanager", endpoint)
    for name, value in values.items():
        try:
            secrets.create_secret(Name=name, SecretString=json.dumps(value))
        except secrets.exceptions.ResourceExistsException:
            secrets.put_secret_value(SecretId=name, SecretString=json.dumps(value))


def deploy(state: State, endpoint: str, parameters: dict[str, str]) -> dict[str, str]:
    """Deploys the template as it is now; returns the stack's outputs."""
    client("s3", endpoint).create_bucket(Bucket=ARTIFACTS)
    packaged = state.path("packaged.yaml")
    package(endpoint, packaged)
    cloudformation = client("cloudformation", endpoint)
    request = {
        "StackName": STACK,
        "TemplateBody": packaged.read_text(),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Tags": [{"Key": "ms-custom-id", "Value": API_ID}],
    }
    try:
        if exists(cloudformation):
            cloudformation.update_stack(**request)
            done = "stack_update_complete"
        else:
            cloudformation.create_stack(**request)
            done = "stack_create_complete"
        waiter = cloudformation.get_waiter(done)
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 0.2, "MaxAttempts": 600})
    except WaiterError as error:
        raise Failure(f"The stack was not deployed:\n{failures(cloudformation)}") from error
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def package(endpoint: str, to: Path) -> None:
    """Uploads the binaries, and writes the template with their places."""
    command: list[str | Path] = [
        Path(sys.executable).with_name("aws"),
        "cloudformation",
        "package",
        "--template-file",
        ROOT / "infra/template.yaml",
        "--s3-bucket",
        ARTIFACTS,
        "--output-template-file",
        to,
    ]
    environment = {
        **os.environ,
        # The command ignores --endpoint-url when it uploads.
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        environment.pop(name, None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"The template was not packaged:\n{done.stdout}{done.stderr}")


def exists(cloudformation: Any) -> bool:
    try:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return False
    if stack["StackStatus"] in ("ROLLBACK_COMPLETE", "CREATE_FAILED"):
        # A stack that was never made can only be deleted.
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 0.2})
        return False
    return True


def failures(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "\n".join(
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for event in reversed(failed)
    )


def endpoint_of(state: State) -> str:
    record = running(state)
    if not record:
        raise Failure("The local stack is not running; `make local-up` or `make demo` starts it.")
    endpoint: str = record["endpoint"]
    return endpoint


def poll(state: State, nightly: bool = False) -> str:
    """Invokes the scheduled poll once, or the nightly pass, for everybody; returns when it is queued."""
    functions = client("lambda", endpoint_of(state))
    event = {"all": True, "nightly": nightly}
    answer = functions.invoke(FunctionName=f"{STACK}-project-poll", Payload=json.dumps(event))
    payload: str = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise Failure(f"The {'nightly pass' if nightly else 'poll'} failed: {payload}")
    return payload


def logs(state: State, follow: bool, out: TextIO) -> None:
    """Prints what the functions logged, oldest first, and goes on printing if asked to."""
    cloudwatch = client("logs", endpoint_of(state))
    prefix = f"/aws/lambda/{STACK}-"
    printed: dict[str, int] = {}
    while True:
        lines = []
        for group in cloudwatch.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
            name = group["logGroupName"]
            pages = cloudwatch.get_paginator("filter_log_events").paginate(logGroupName=name)
            events = [event for page in pages for event in page["events"]]
            # Events have no ids here; each group's come in a fixed order.
            lines += [(event["timestamp"], name, event["message"]) for event in events[printed.get(name, 0) :]]
            printed[name] = len(events)
        for _, name, message in sorted(lines, key=lambda line: line[0]):
            print(f"{name.removeprefix(prefix)}: {message.rstrip()}", file=out, flush=True)
        if not follow or wait_for(lambda: not running(state), 1):
            return
