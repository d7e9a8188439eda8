"""The commands behind the Makefile's targets."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

import rotate_keys

from . import aws, grow, simulators
from .state import ROOT, Failure, Json, State

GUIDE = """
The demo is running. Where to click:
  {one_click}/sign_in   One Click: sign in as an administrator, then Administration → Integrations → CompanyCam
  {companycam}          CompanyCam: projects and photos to change
`make poll` looks for changes at once, `make nightly` goes through everything,
`make local-logs` shows what the functions say, `make local-down` ends it all.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="name the variables that `up` misses")
    commands.add_parser("up", help="start or update the stack, wired by the environment")
    commands.add_parser("down", help="end the stack and the simulators")
    commands.add_parser("simulators", help="start the simulators")
    commands.add_parser("demo", help="start the simulators and a stack wired to them")
    commands.add_parser("poll", help="invoke the scheduled poll once")
    commands.add_parser("nightly", help="invoke the nightly pass once")
    larger = commands.add_parser("grow", help="give an organization many more projects and entries of its log")
    larger.add_argument("org")
    larger.add_argument("--projects", type=int, default=0)
    larger.add_argument("--entries", type=int, default=0)
    rotate = commands.add_parser("rotate-keys", help="add a version to a ring of keys")
    rotate.add_argument("ring", choices=rotate_keys.RINGS)
    rotate.add_argument("--remove", type=int, metavar="VERSION")
    logs = commands.add_parser("logs", help="print what the functions logged")
    logs.add_argument("--follow", action="store_true")
    run = commands.add_parser("run", help="run a command beside simulators and a stack of its own")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="...")
    arguments = parser.parse_args()
    # `make` asks a target to end by SIGTERM; what was started for it must end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return perform(arguments, State.from_environment())
    except (Failure, rotate_keys.Refused) as failure:
        print(failure, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"The local AWS refused: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def perform(arguments: argparse.Namespace, state: State) -> int:
    match arguments.command:
        case "check":
            aws.check(dict(os.environ))
        case "up":
            print_outputs(aws.up(state, dict(os.environ)))
        case "down":
            stopped = [aws.down(state), simulators.down(state)]
            state.remove_if_empty()
            print("Ended." if any(stopped) else "Nothing was running.")
        case "simulators":
            known = simulators.up(state)
            print(f"CompanyCam: {known['companycam']}\nOne Click:  {known['one_click']}")
        case "demo":
            outputs, known = demo(state, hard_cases=True)
            print_outputs(outputs)
            print(GUIDE.format(**known))
        case "poll":
            print(aws.poll(state))
        case "nightly":
            print(aws.poll(state, nightly=True))
        case "grow":
            grow.grow(state, arguments.org, arguments.projects, arguments.entries)
        case "rotate-keys":
            manager = aws.client("secretsmanager", aws.endpoint_of(state))
            print(rotate_keys.change(manager, aws.SECRETS_PREFIX, arguments.ring, arguments.remove))
        case "logs":
            aws.logs(state, arguments.follow, sys.stdout)
        case "run":
            return run(arguments.words)
    return 0


def print_outputs(outputs: dict[str, str]) -> None:
    for name, value in outputs.items():
        print(f"{name}: {value}")


def demo(state: State, *, hard_cases: bool = False) -> tuple[dict[str, str], Json]:
    """Simulators and a stack wired to them; the stack's outputs, and `simulators.json`."""
    known = simulators.up(state, hard_cases=hard_cases)
    # Roles are enforced here, where nobody else's credentials are to work: a permission that the
    # template forgets shows before AWS shows it.
    os.environ.setdefault("LOCAL_IAM", "true")
    outputs = aws.up(state, {**os.environ, **simulators.environment(known)})
    simulators.tell_integration_url(known, outputs["ApiUrl"])
    return outputs, known


def run(words: list[str]) -> int:
    """Runs a command beside a demo of its own, which ends with it; returns its exit code.

    The command finds the demo by `LOCAL_DIR`, and the local AWS by the SDKs' usual variables. A
    failed run leaves the logs behind.
    """
    target = ROOT / "target"
    target.mkdir(exist_ok=True)
    # No schedule that depends on the wall clock: who wants a poll invokes it.
    os.environ.setdefault("POLL_SCHEDULE", "rate(365 days)")
    os.environ.setdefault("NIGHTLY_SCHEDULE", "rate(365 days)")
    state = State(Path(tempfile.mkdtemp(prefix="local-run-", dir=target)))
    code = 1
    try:
        outputs, _ = demo(state)
        environment = {
            **os.environ,
            "LOCAL_DIR": str(state.directory),
            "AWS_ENDPOINT_URL": outputs["EndpointUrl"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": aws.REGION,
            "AWS_DEFAULT_REGION": aws.REGION,
        }
        code = subprocess.run(words, env=environment, check=False).returncode
    finally:
        if code != 0:
            keep_logs(state, target / "failed-run")
        aws.down(state)
        simulators.down(state)
        state.discard()
    return code


def keep_logs(state: State, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for log in state.directory.glob("*.log"):
        log.replace(folder / log.name)
    if aws.running(state):
        with (folder / "functions.log").open("w") as out:
            aws.logs(state, follow=False, out=out)
    print(f"The logs of this run are in {folder}.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
