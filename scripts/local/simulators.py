"""The simulators of CompanyCam and One Click as two processes."""

import json
import os
import secrets
import urllib.request

from .state import ROOT, Failure, Json, State, wait_for

NAMES = ("companycam-simulator", "one-click-simulator")


def up(state: State, *, hard_cases: bool = False) -> Json:
    """Starts both unless they run; what `simulators.json` says about them.

    With hard cases in their data, where people look at them and nobody counts.

    Beside the origins and tokens it has what a stack needs in order to be connected to them, the
    OAuth client and the key of the launch tokens.
    """
    known = state.read("simulators.json")
    if known and all(state.running(name) for name in NAMES):
        return known
    down(state)
    known = {
        "client_id": "one-click-contractor",
        "client_secret": secrets.token_urlsafe(24),
        "launch_key": secrets.token_urlsafe(32),
    }
    more = ["--hard-cases"] if hard_cases else []
    client = ["--client-id", known["client_id"], "--client-secret", known["client_secret"]]
    companycam = start(state, NAMES[0], [*client, *more])
    launched = ["--launch-key", known["launch_key"], "--companycam-url", companycam["origin"]]
    one_click = start(state, NAMES[1], [*launched, *more])
    known = {
        "companycam": companycam["origin"],
        "companycam_token": companycam["token"],
        "one_click": one_click["origin"],
        "one_click_token": one_click["token"],
        **known,
    }
    state.write("simulators.json", known)
    return known


def start(state: State, name: str, arguments: list[str]) -> Json:
    ready = f"{name}.ready.json"
    state.remove(ready)
    binary = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / name
    if not binary.exists():
        raise Failure(f"{binary} is not there; `make simulators` builds it.")
    state.start(name, [str(binary), "--port", "0", "--ready-file", str(state.path(ready)), *arguments])
    wait_for(lambda: state.read(ready) or not state.running(name), 30)
    said = state.read(ready)
    if not said:
        log = state.last_lines(name)
        state.stop(name)
        raise Failure(f"The {name} did not start. It said:\n{log}")
    return said


def down(state: State) -> bool:
    """Ends both; false if none was running."""
    stopped = [state.stop(name) for name in NAMES]
    state.remove("simulators.json", *(f"{name}.{kind}" for name in NAMES for kind in ("ready.json", "log")))
    return any(stopped)


def environment(known: Json) -> dict[str, str]:
    """The variables that wire a stack to these simulators."""
    return {
        "COMPANYCAM_API_URL": f"{known['companycam']}/v2",
        "COMPANYCAM_APP_URL": known["companycam"],
        "ONE_CLICK_API_URL": known["one_click"],
        "ONE_CLICK_APP_URL": known["one_click"],
        "PHOTO_HOSTS": known["companycam"],
        "CLIENT_ID": known["client_id"],
        "CLIENT_SECRET": known["client_secret"],
        "ONE_CLICK_API_TOKEN": known["one_click_token"],
        "LAUNCH_KEY": known["launch_key"],
    }


def tell_integration_url(known: Json, url: str) -> None:
    """Tells One Click where the integration is, so that its Connect button leads there."""
    request = urllib.request.Request(
        f"{known['one_click']}/_sim/integration-url",
        data=json.dumps({"url": url}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        pass
