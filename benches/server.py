"""What both servers have: a process, an API, a size."""

import http.client
import json
import pathlib
import time
import urllib.parse

READY_WITHIN = 60


def call(url, token, method, path, body=None, accept=(200, 201, 204)):
    """One request; the answer's JSON. Any other status is an error."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status not in accept:
        raise RuntimeError(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
    return json.loads(text) if text else None


def wait_for(condition):
    """Asks until the answer is there, and returns it."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            answer = condition()
            if answer is not None:
                return answer
        except OSError:
            pass
        time.sleep(0.002)
    raise TimeoutError(f"not ready after {READY_WITHIN} s")


def resident_mib(process_id):
    """Memory of a process in MiB, pages of its files included."""
    status = pathlib.Path(f"/proc/{process_id}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return round(int(line.split()[1]) / 1024, 1)


def size_mib(path):
    """Size of a file in MiB."""
    return round(pathlib.Path(path).stat().st_size / 2**20, 1)
