"""Load on one target, by wrk."""

import dataclasses
import itertools
import json
import pathlib
import subprocess
from collections.abc import Callable

SCRIPT = pathlib.Path(__file__).resolve().parent / "load.lua"


@dataclasses.dataclass(frozen=True)
class Target:
    """A request: fresh each time where path or body has an {n} in it."""

    name: str
    url: str
    token: str
    method: str
    path: str
    body: str | None = None
    prepare: Callable[[], None] = lambda: None


class Load:
    """Loads targets, one after the other, for the same time each."""

    runs = itertools.count()

    def __init__(self, seconds, processors=None):
        self.seconds = seconds
        self.pin = ["taskset", "-c", processors] if processors else []

    def run(self, target, connections):
        """Requests a second, latencies in milliseconds, failed requests."""
        target.prepare()
        command = [
            *self.pin, "wrk", "--latency", "-t1", f"-c{connections}", f"-d{self.seconds}s",
            "-s", SCRIPT, target.url, "--",
            target.method, target.path, target.token, f"run{next(self.runs)}",
        ]
        if target.body:
            command.append(target.body)
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        (line,) = [line for line in output.splitlines() if line.startswith("RESULT ")]
        result = json.loads(line.removeprefix("RESULT "))
        if not result["requests"]:
            raise RuntimeError(f"{target.name} answered nothing: {output}")
        result["per_second"] = result["requests"] / result["seconds"]
        return result
