//! A private PostgreSQL: one cluster for many tests, one database for each.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::{deadline, entropy, port};

/// A database of its own, owned by a role of its own that is neither superuser
/// nor exempt from row security. Both are dropped with this value.
#[derive(Debug)]
pub struct Database {
    admin: &'static str,
    name: String,
    url: String,
}

impl Database {
    /// Creates a fresh database in the cluster that the environment variable
    /// `KEYDANCE_TEST_POSTGRES` names by an administrator's URL, or else in one
    /// that this process starts once and shares.
    pub fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let admin = admin_url();
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!(
            "kd_{}_{nth}_{}",
            std::process::id(),
            &entropy::password()[..8]
        );
        let password = entropy::password();
        psql(
            admin,
            &format!(
                "CREATE ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE \
                 PASSWORD '{password}'"
            ),
        );
        psql(admin, &format!("CREATE DATABASE {name} OWNER {name}"));
        let (_, host) = admin
            .rsplit_once('@')
            .expect("an administrator's URL names a host");
        let (host, _) = host.split_once('/').unwrap_or((host, ""));
        let url = format!("postgres://{name}:{password}@{host}/{name}");
        Self { admin, name, url }
    }

    /// `postgres://role:password@127.0.0.1:port/database`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL as the owner. Rows come one a line, columns between `|`.
    ///
    /// # Errors
    /// What the database said, when it refused.
    pub fn sql(&self, statement: &str) -> Result<String, String> {
        try_psql(&self.url, statement)
    }

    /// The name of the database, and of the role that owns it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of this database for the administrator of the cluster, whom
    /// row security does not hold.
    pub fn administrators_url(&self) -> String {
        let server = self.admin.rsplit_once('/').map_or("", |(server, _)| server);
        format!("{server}/{}", self.name)
    }

    /// Runs SQL as the administrator of the cluster.
    ///
    /// # Errors
    /// What the database said, when it refused.
    pub fn administrate(&self, statement: &str) -> Result<String, String> {
        try_psql(&self.administrators_url(), statement)
    }

    /// Everything the database holds, as `pg_dump` writes it for an
    /// administrator: row security hides most of it from the owner.
    pub fn dump(&self) -> Vec<u8> {
        let url = self.administrators_url();
        let output = Command::new(binary("pg_dump")).arg(url).output();
        let output = output.expect("pg_dump starts");
        assert!(
            output.status.success(),
            "pg_dump: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self { admin, name, .. } = self;
        let gone = try_psql(admin, &format!("DROP DATABASE {name} WITH (FORCE)"))
            .and_then(|_| try_psql(admin, &format!("DROP ROLE {name}")));
        if let Err(said) = gone
            && !std::thread::panicking()
        {
            panic!("{name} could not be dropped: {said}");
        }
    }
}

/// A private cluster in a temporary folder: SCRAM on a loopback port, no
/// socket file, durable as PostgreSQL is by default.
///
/// A small shell holds the server and ends it, by its process id, when its own
/// standard input closes: when this value is dropped, or when this process
/// ends, however it ends.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    holder: Child,
    lifeline: Option<ChildStdin>,
}

impl Cluster {
    /// Creates and starts a cluster and waits until it takes connections.
    pub fn start() -> Self {
        let password = entropy::password();
        let port = port::free().to_string();
        let mut holder = Command::new("sh")
            .args(["-c", HOLD, "hold", &port, &password])
            .env("BIN", bin())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let lifeline = holder.stdin.take();
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let mut folder = String::new();
        let stdout = holder.stdout.take().expect("standard output is a pipe");
        BufReader::new(stdout)
            .read_line(&mut folder)
            .expect("the shell names its folder");
        let mut cluster = Self {
            url,
            holder,
            lifeline,
        };
        cluster.wait(Path::new(folder.trim()));
        cluster
    }

    /// The URL of the superuser `postgres`.
    pub fn admin_url(&self) -> &str {
        &self.url
    }

    fn wait(&mut self, folder: &Path) {
        let up = deadline::poll(START_LIMIT, || {
            if let Ok(Some(status)) = self.holder.try_wait() {
                panic!("PostgreSQL could not be prepared: the shell around it gave {status}");
            }
            try_psql(&self.url, "SELECT 1").ok()
        });
        if up.is_none() {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("PostgreSQL did not start; its log says: {log}");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let ended = self.holder.wait();
        assert!(
            ended.is_ok(),
            "the shell around PostgreSQL could not be awaited"
        );
    }
}

fn admin_url() -> &'static str {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    static NAMED: OnceLock<Option<String>> = OnceLock::new();
    NAMED
        .get_or_init(named_cluster)
        .as_deref()
        .unwrap_or_else(|| SHARED.get_or_init(Cluster::start).admin_url())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how ./test hands over the cluster of its run"
)]
fn named_cluster() -> Option<String> {
    std::env::var("KEYDANCE_TEST_POSTGRES").ok()
}

fn psql(url: &str, statement: &str) -> String {
    try_psql(url, statement).unwrap_or_else(|said| panic!("{statement}: {said}"))
}

fn try_psql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new(binary("psql"))
        .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement])
        .output()
        .expect("psql starts");
    let text = |bytes| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

fn binary(name: &str) -> PathBuf {
    bin().join(name)
}

/// Where the newest PostgreSQL of this machine is: Debian keeps one folder a
/// version. Elsewhere `PATH` decides.
fn bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten();
        let newest = versions
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|version| Path::new(&folder_of(*version)).join("initdb").exists())
            .max();
        newest.map_or_else(PathBuf::new, |version| folder_of(version).into())
    })
}

fn folder_of(version: u32) -> String {
    format!("/usr/lib/postgresql/{version}/bin")
}

const START_LIMIT: Duration = Duration::from_secs(60);

/// Arguments: port, password. The first line of its output is the folder.
/// PostgreSQL refuses to run as root, so root becomes `postgres`; an interrupt
/// at the terminal reaches neither this shell nor, in its own session, the
/// server, so both live until the tests have ended.
const HOLD: &str = r#"
set -eu
port=$1 password=$2 tool=${BIN:+$BIN/}
folder=$(mktemp -d "${TMPDIR:-/tmp}/keydance-postgres.XXXXXX")
echo "$folder"
trap 'cd /; rm -rf "$folder"' EXIT
trap '' INT
umask 077
cd "$folder"
printf '%s\n' "$password" >password
as=
if [ "$(id -u)" = 0 ]; then
  as="setpriv --reuid=postgres --regid=postgres --init-groups"
  chown -R postgres "$folder"
fi
$as "${tool}initdb" -D data -U postgres -A scram-sha-256 --pwfile=password -E UTF8 \
  --locale=C.UTF-8 --no-sync >initdb.log </dev/null
setsid $as "${tool}postgres" -D data -c listen_addresses=127.0.0.1 -c port="$port" \
  -c unix_socket_directories= -c max_connections=200 >log 2>&1 </dev/null &
server=$!
cat >/dev/null || true
kill -INT "$server" && wait "$server" || true
"#;

#[cfg(test)]
mod tests;
