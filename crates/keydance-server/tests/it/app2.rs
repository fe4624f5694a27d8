//! A server in this process, with two organisations: `t-one`, administered by `ana`, and `t-two`,
//! administered by `cleo`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use keydance_core::environment::EnvironmentName;
use keydance_core::id::{ExecutionId, FlowId, OrganisationId};
use keydance_core::owner::Owner;
use keydance_core::time::Timestamp;
use keydance_server::start::{NewOrganisation, announce, create_organisation, unseal};
use keydance_server::{Clock, Engine, Settings};
use keydance_store::executions::ExecutionRow;
use keydance_store::flows::FlowRow;
use keydance_store::{Location, Store, Tx};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// When every story begins: 2026-11-22, in milliseconds.
const BEGIN: i64 = 1_795_305_600_000;

pub(crate) struct TestApp {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Store,
    /// The access token of the administrator of `t-one`.
    pub(crate) ana: String,
    /// The access token of the administrator of `t-two`.
    pub(crate) cleo: String,
    router: Router,
    hand: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

/// An answer: its status, its body as JSON and as it was.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("keydance.db"));
        let store = Store::open(&location, 2).unwrap();
        let hand = Arc::new(AtomicI64::new(BEGIN));
        let clock = Clock::Hand(Arc::clone(&hand));
        let key = folder.path().join("root.key");
        let (keyring, is_first) = unseal(&store, &key, clock.now()).await.unwrap();
        assert!(is_first);
        let mut tokens = Vec::new();
        for (tenant, admin) in [("t-one", "ana"), ("t-two", "cleo")] {
            let new = NewOrganisation {
                admin: admin.parse().unwrap(),
                ..NewOrganisation::first(tenant.parse().unwrap()).unwrap()
            };
            let token = create_organisation(&store, &keyring, new, clock.now(), |_| Ok(())).await;
            tokens.push(token.unwrap().to_string());
        }
        let engine = start(&store, folder.path(), &clock).await;
        Self {
            router: keydance_server::http::router(&engine),
            engine,
            store,
            cleo: tokens.pop().unwrap(),
            ana: tokens.pop().unwrap(),
            hand,
            folder,
        }
    }

    /// Starts the server anew on the same database.
    pub(crate) async fn restart(&mut self) {
        let clock = Clock::Hand(Arc::clone(&self.hand));
        self.engine = start(&self.store, self.folder.path(), &clock).await;
        self.router = keydance_server::http::router(&self.engine);
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.hand.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.now()
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(Method::GET, path, token, None).await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Answer {
        self.send(Method::DELETE, path, token, None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, token, Some(body)).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, token, Some(body)).await
    }

    pub(crate) async fn patch(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, token, Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.request(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a request as it is, from 192.0.2.7.
    pub(crate) async fn request(&self, mut request: Request<Body>) -> Answer {
        let address: SocketAddr = "192.0.2.7:5000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// Makes a person of `t-one` and gives its access token.
    pub(crate) async fn person(&self, id: &str, permissions: Value) -> String {
        let body = json!({ "id": id, "name": id, "permissions": permissions });
        let made = self.post(&self.ana, "/persons", body).await;
        made.expect(201);
        self.enrolled(id).await
    }

    /// Enrols a person of `t-one` and gives its access token.
    pub(crate) async fn enrolled(&self, id: &str) -> String {
        let path = format!("/persons/{id}/enrolment");
        let code = self.post(&self.ana, &path, json!({})).await.expect(201);
        let body = json!({ "code": code["code"] });
        let token = self.post("", "/enrol", body).await.expect(201);
        token["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn organisation(&self, tenant: &'static str) -> OrganisationId {
        let all = self
            .store
            .read(|tx: &mut Tx<'_>| tx.organisations().list())
            .await
            .unwrap();
        let found = all.into_iter().find(|organisation| {
            let name = organisation.tenant.as_ref();
            name.is_some_and(|name| name.as_str() == tenant)
        });
        found.unwrap().id
    }

    /// A running execution, started by a person, of a new flow in `t-one` with these owners.
    pub(crate) async fn execution(&self, starter: &str, owners: &[Owner]) -> ExecutionId {
        let organisation = self.organisation("t-one").await;
        let random = *keydance_crypto::random::bytes::<12>().unwrap();
        let (flow, id) = (FlowId::new(random), ExecutionId::new(random));
        let flow_row = flow_row(flow, self.now());
        let execution = execution_row(id, flow, starter, self.now());
        let owners = owners.to_vec();
        let now = self.now();
        self.store
            .write(move |tx: &mut Tx<'_>| {
                tx.enter(organisation)?;
                tx.flows().insert(&flow_row)?;
                tx.flows().set_edges(flow, &owners, &[], now)?;
                tx.executions().insert(&execution, &[])
            })
            .await
            .unwrap();
        id
    }

    /// Why an execution of `t-one` ended, if it did.
    pub(crate) async fn ended(&self, id: ExecutionId) -> Option<String> {
        let organisation = self.organisation("t-one").await;
        let rows = self.store.read(move |tx: &mut Tx<'_>| {
            tx.enter(organisation)?;
            tx.executions().find_all(&[id])
        });
        rows.await.unwrap().pop().unwrap().ended_reason
    }

    /// The bodies of all events of an organisation, as they are kept.
    pub(crate) async fn stored_events(&self, organisation: OrganisationId) -> Vec<String> {
        let rows = self.store.read(move |tx: &mut Tx<'_>| {
            tx.enter(organisation)?;
            tx.log().range(0, 10_000)
        });
        rows.await
            .unwrap()
            .into_iter()
            .map(|row| row.body)
            .collect()
    }

    /// The events of an action that `token` may see.
    pub(crate) async fn events(&self, token: &str, action: &str) -> Vec<Value> {
        let path = format!("/audit?action={action}&page[size]=1000");
        let events = self.get(token, &path).await.expect(200);
        events.as_array().unwrap().clone()
    }
}

impl Answer {
    /// What is under `data`, of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body["data"].clone()
    }

    /// Asserts a refusal with this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
    }
}

async fn start(store: &Store, folder: &Path, clock: &Clock) -> Arc<Engine> {
    let key = folder.join("root.key");
    let (keyring, _) = unseal(store, &key, clock.now()).await.unwrap();
    announce(store, &keyring, clock.now()).await.unwrap();
    let settings = Settings {
        limit_account_token: 0,
        ..Settings::default()
    };
    let engine = Engine::new(store.clone(), Arc::new(keyring), settings, clock.clone()).await;
    Arc::new(engine.unwrap())
}

fn flow_row(id: FlowId, now: Timestamp) -> FlowRow {
    FlowRow {
        id,
        name: None,
        document: "{}".to_owned(),
        revision: 1,
        digest: "sha256:00".to_owned(),
        enabled: true,
        blocked: None,
        created_at: now,
        created_by: "ana".to_owned(),
        updated_at: now,
        deleted_at: None,
        tag: 0,
    }
}

fn execution_row(id: ExecutionId, flow: FlowId, starter: &str, now: Timestamp) -> ExecutionRow {
    ExecutionRow {
        id,
        flow,
        revision: 1,
        digest: "sha256:00".to_owned(),
        environment: EnvironmentName::default(),
        trigger: "manual".to_owned(),
        started_by: Some(starter.to_owned()),
        created_by: starter.to_owned(),
        created_at: now,
        expires_at: now.plus_seconds(300),
        max_until: now.plus_seconds(86_400),
        ended_at: None,
        ended_reason: None,
    }
}
