//! The people of the acceptance lines, at a server that the tests share while any of them runs.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use keydance_testkit::{Backend, Identity, Options, Organisation, Server, both};
use serde_json::{Value, json};

/// Everybody, and where they are.
pub(crate) struct Cast<'a> {
    pub(crate) server: &'a Server,
    /// t-one: root, ana and ben.
    pub(crate) one: Organisation<'a>,
    /// t-one, `tenant.all`.
    pub(crate) ana: Identity,
    /// ana again, with a token that may also read raw.
    pub(crate) ana_raw: Identity,
    /// t-one, no permissions.
    pub(crate) ben: Identity,
    /// t-two, readRaw.
    pub(crate) cleo: Identity,
    /// Of no organisation, deleteAny.
    pub(crate) svc: Identity,
    /// t-one, `all`.
    pub(crate) root: Identity,
}

/// Tells a story with everybody on both databases.
pub(crate) fn play(story: impl Fn(&Cast<'_>) + Sync) {
    let stages = Stages::shared();
    both(|backend| story(&stages.of(backend).cast()));
}

/// How the servers of these tests are started: no rate limits, pages of ten.
pub(crate) fn options(backend: Backend) -> Options {
    Options::new(env!("CARGO_BIN_EXE_keydance"), backend)
        .set("limits.account_token", "0")
        .set("limits.execution_token", "0")
        .set("limits.failed_authentication", "0")
        .set("http.default_page_size", "10")
}

/// Text that no other test of this process uses.
pub(crate) fn fresh(word: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{word}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl<'a> Cast<'a> {
    /// The same people in an organisation of their own, where nobody else changes anything.
    #[track_caller]
    pub(crate) fn apart(&self) -> Self {
        let one = Organisation::create(self.server, &fresh("t-apart"), "root", &["all"]);
        let ana_raw = one.person_with("ana", &["tenant.all", "secrets.secret.readRaw"]);
        let body = json!({"name": "masked", "permissions": ["tenant.all"]});
        Self {
            ana: self.token(&ana_raw, &body),
            ben: one.person_with("ben", &[]),
            root: one.admin.clone(),
            cleo: self.cleo.clone(),
            svc: self.svc.clone(),
            server: self.server,
            ana_raw,
            one,
        }
    }

    /// Somebody nobody else knows, with the permissions of every new person.
    #[track_caller]
    pub(crate) fn person(&self, word: &str) -> Identity {
        self.one.person(&fresh(word))
    }

    /// Somebody nobody else knows, with exactly these permissions.
    #[track_caller]
    pub(crate) fn person_with(&self, word: &str, permissions: &[&str]) -> Identity {
        self.one.person_with(&fresh(word), permissions)
    }

    /// The same person with another token.
    #[track_caller]
    pub(crate) fn token(&self, of: &Identity, body: &Value) -> Identity {
        let token = of.post("/tokens").json(body).send().expect_status(201);
        let token = token.data()["token"].as_str().map(str::to_owned);
        Identity::new(self.server, &of.id, &token.expect("a token"))
    }

    /// Whoever shows this token.
    pub(crate) fn bearer(&self, token: &str) -> Identity {
        Identity::new(self.server, "", token)
    }

    /// An environment nobody else uses, by its name.
    #[track_caller]
    pub(crate) fn environment(&self, word: &str, protected: bool) -> String {
        let name = fresh(word);
        let body = json!({"name": name, "protected": protected});
        let made = self.ana.post("/environments").json(&body).send();
        made.expect_status(201);
        name
    }

    /// The events that pass this query, as the administrator sees them.
    #[track_caller]
    pub(crate) fn events(&self, query: &str) -> Vec<Value> {
        let path = format!("/audit?page[size]=1000&{query}");
        let events = self.root.get(&path).send().expect_status(200).data();
        events.as_array().cloned().expect("a list of events")
    }
}

/// A server on each database. They come down with the last test that holds them, so that none
/// outlives this process.
struct Stages {
    postgres: Stage,
    sqlite: Stage,
}

impl Stages {
    /// Those that are up, or new ones.
    fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Stages>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stages) = shared.upgrade() {
            return stages;
        }
        let stages = Arc::new(Self {
            postgres: Stage::set(Backend::Postgres),
            sqlite: Stage::set(Backend::Sqlite),
        });
        *shared = Arc::downgrade(&stages);
        stages
    }

    fn of(&self, backend: Backend) -> &Stage {
        match backend {
            Backend::Postgres => &self.postgres,
            Backend::Sqlite => &self.sqlite,
        }
    }
}

/// A server with everybody at it.
struct Stage {
    server: Server,
    ana: Identity,
    ana_raw: Identity,
    ben: Identity,
    cleo: Identity,
    svc: Identity,
    root: Identity,
}

impl Stage {
    fn set(backend: Backend) -> Self {
        let server = Server::start(&options(backend));
        let one = Organisation::create(&server, "t-one", "root", &["all"]);
        let ana_raw = one.person_with("ana", &["tenant.all", "secrets.secret.readRaw"]);
        let ben = one.person_with("ben", &[]);
        let body = json!({"name": "masked", "permissions": ["tenant.all"]});
        let token = ana_raw.post("/tokens").json(&body).send();
        let token = token.expect_status(201).data()["token"].take();
        let ana = Identity::new(&server, "ana", token.as_str().expect("a token"));
        let root = one.admin;
        let cleo = Organisation::create(&server, "t-two", "cleo", &["secrets.secret.readRaw"]);
        let (cleo, svc) = (cleo.admin, nameless(&server));
        Self {
            server,
            ana,
            ana_raw,
            ben,
            cleo,
            svc,
            root,
        }
    }

    fn cast(&self) -> Cast<'_> {
        Cast {
            server: &self.server,
            one: Organisation::of(&self.server, self.root.clone()),
            ana: self.ana.clone(),
            ana_raw: self.ana_raw.clone(),
            ben: self.ben.clone(),
            cleo: self.cleo.clone(),
            svc: self.svc.clone(),
            root: self.root.clone(),
        }
    }
}

fn nameless(server: &Server) -> Identity {
    let mut command = server.command(["organisation", "create", "--nameless", "--json"]);
    command.args(["--admin", "svc", "--permission", "secrets.secret.deleteAny"]);
    let output = command.output().expect("the command starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let made: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
    Identity::new(server, "svc", made["token"].as_str().expect("a token"))
}
