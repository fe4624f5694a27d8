"""Keydance as `cargo run --release -- serve` runs it, rate limits off."""

import http.client
import json
import os
import statistics
import subprocess
import time
import urllib.parse

import server
from load import Load, Target

API = "/api/v1"
CREDENTIAL = {
    "name": "bench {n}",
    "type": "API_KEY",
    "value": {"key": "bench-0123456789abcdef0123456789abcdef", "headerName": "X-Api-Key"},
}
LABELS = {"postgres": "Keydance on PostgreSQL", "sqlite": "Keydance on SQLite"}
PAGES = (1, 10, 100, 1000)
PAGE_SIZE = 100


def start(root, backend, folder, processors):
    build = ["cargo", "build", "--release", "--quiet", "-p"]
    subprocess.run([*build, "keydance", "--bins"], cwd=root, check=True)
    subprocess.run([*build, "keydance-testkit", "--example", "server"], cwd=root, check=True)
    return Keydance(root / "target" / "release", backend, folder, processors)


class Keydance:
    lists = True

    def __init__(self, release, backend, folder, processors):
        self.name, self.label = backend, LABELS[backend]
        self.binary = release / "keydance"
        pin = ["taskset", "-c", processors] if processors else []
        limits = ["limits.account_token=0", "limits.execution_token=0"]
        self.holder = subprocess.Popen(
            [*pin, release / "examples" / "server", self.binary, backend, *limits],
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        line = self.holder.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.label} did not start")
        self.about = json.loads(line)
        self.url, self.token = self.about["url"], self.about["token"]
        self.prepare()

    def call(self, method, path, body=None):
        return server.call(self.url, self.token, method, API + path, body)["data"]

    def prepare(self):
        """A credential, a flow that references it, and a running execution."""
        self.credential = self.call("POST", "/credentials", {**CREDENTIAL, "name": "hot"})["_id"]
        node = {"id": "fetch", "componentId": "5fa3c8e1b07d42963e1c8a90", "credentials_id": self.credential}
        flow = self.call("POST", "/flows", {"name": "bench", "graph": {"nodes": [node], "edges": []}})
        self.execution = self.call("POST", f"/flows/{flow['id']}/executions", {})
        handed = server.call(self.url, self.execution["token"], "GET", self.hand_out_path())
        owned = server.call(self.url, self.token, "GET", self.read_path())
        for answer in (handed, owned):
            assert answer["data"]["value"]["key"] == CREDENTIAL["value"]["key"], "the value is not in clear"

    def hand_out_path(self):
        return f"{API}/executions/{self.execution['id']}/credentials/{self.credential}"

    def read_path(self):
        return f"{API}/credentials/{self.credential}"

    def renew(self):
        """An execution token lives five minutes, a benchmark longer."""
        self.call("POST", f"/executions/{self.execution['id']}/renew", {})

    def targets(self, kind):
        if kind == "create":
            body = json.dumps(CREDENTIAL)
            return [Target(f"{self.label}, create", self.url, self.token, "POST", f"{API}/credentials", body)]
        token = self.execution["token"]
        return [
            Target(f"{self.label}, hand-out", self.url, token, "GET", self.hand_out_path(), prepare=self.renew),
            Target(f"{self.label}, owner's read", self.url, self.token, "GET", self.read_path()),
        ]

    def idle(self):
        return {
            "ready_ms": self.about["readyAfterMs"],
            "resident_mib": server.resident_mib(self.about["processId"]),
            "binary_mib": server.size_mib(self.binary),
        }

    def listing(self, count):
        """Milliseconds for one page, by its number and walked to from the one before."""
        (create,) = self.targets("create")
        while self.total() < count:
            Load(5).run(create, 32)
        pages = [page for page in PAGES if page * PAGE_SIZE <= count]
        return {"numbered": {page: self.page_ms(page) for page in pages}, "walked": self.walk_ms(pages)}

    def walk_ms(self, pages):
        """The whole list by `page[after]`; for each of these pages the median around it."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        first = server.call(self.url, self.token, "GET", f"{API}/credentials?page[size]=1")["data"][0]["_id"]
        taken, after = [], first
        while after:
            started = time.monotonic()
            path = f"{API}/credentials?page[after]={after}&page[size]={PAGE_SIZE}"
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            after = json.loads(connection.getresponse().read())["meta"].get("after")
            taken.append((time.monotonic() - started) * 1000)
        connection.close()
        around = lambda page: taken[max(0, page - 11) : page + 10]  # noqa: E731
        return {page: round(statistics.median(around(page)), 2) for page in pages if page <= len(taken)}

    def total(self):
        path = f"{API}/credentials?page[size]=1"
        return server.call(self.url, self.token, "GET", path)["meta"]["total"]

    def page_ms(self, page, times=21):
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        path = f"{API}/credentials?page[number]={page}&page[size]={PAGE_SIZE}"
        taken = []
        for _ in range(times):
            started = time.monotonic()
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            listed = json.loads(connection.getresponse().read())["data"]
            taken.append((time.monotonic() - started) * 1000)
            assert len(listed) == PAGE_SIZE, f"page {page} has {len(listed)} entries"
        connection.close()
        return round(statistics.median(taken), 2)

    def stop(self):
        self.holder.stdin.close()
        self.holder.wait(timeout=60)
