//! A running service without a socket, and the people of the contract's acceptance tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use keydance_core::id::{CredentialId, ExecutionId, FlowId, OrganisationId};
use keydance_core::owner::Owner;
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_server::engine::Error;
use keydance_server::keyring::Keyring;
use keydance_server::start::{self, NewOrganisation};
use keydance_server::{Clock, Engine, Settings, http};
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::executions::ExecutionCredentialRow;
use keydance_store::flows::FlowRow;
use keydance_store::log::EventFilter;
use keydance_store::principals::PrincipalRow;
use keydance_store::{Location, Store, Tx};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use crate::rows::{document, execution_row, flow_row};

/// When every test begins.
const START: i64 = 1_780_000_000_000;

/// The service, its database in a folder of its own, and a clock that only moves by hand.
pub(crate) struct TestApp {
    pub(crate) engine: Arc<Engine>,
    router: axum::Router,
    store: Store,
    keyring: Keyring,
    hand: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// Somebody with an access token.
pub(crate) struct Client<'a> {
    app: &'a TestApp,
    /// The authorization header.
    authorization: Option<String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestApp {
    /// With the tenants t-one and t-two and the nameless organisation.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Sqlite(folder.path().join("keydance.db")), 1).unwrap();
        let hand = Arc::new(AtomicI64::new(START));
        let clock = Clock::Hand(Arc::clone(&hand));
        let key_file = folder.path().join("root.key");
        let (keyring, _) = start::unseal(&store, &key_file, clock.now()).await.unwrap();
        for tenant in [Some("t-one"), Some("t-two"), None] {
            let new = NewOrganisation {
                tenant: tenant.map(|name| name.parse().unwrap()),
                admin: "admin".parse().unwrap(),
                permissions: [].into_iter().collect(),
            };
            let made =
                start::create_organisation(&store, &keyring, new, clock.now(), |_| Ok(())).await;
            drop(made.unwrap());
        }
        let (own, _) = start::unseal(&store, &key_file, clock.now()).await.unwrap();
        let settings = Settings {
            default_page_size: 10,
            limit_account_token: 0,
            ..Settings::default()
        };
        let engine = Engine::new(store.clone(), Arc::new(keyring), settings, clock).await;
        let engine = Arc::new(engine.unwrap());
        Self {
            router: http::router(&engine),
            engine,
            store,
            keyring: own,
            hand,
            _folder: folder,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.hand.load(Ordering::SeqCst))
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.hand
            .fetch_add(days * 24 * 3600 * 1000, Ordering::SeqCst);
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Tx<'_>) -> keydance_store::error::Result<T> + Send + 'static,
    ) -> T {
        let done = self.store.write(move |tx| work(tx).map_err(Error::from));
        done.await.unwrap()
    }

    pub(crate) async fn organisation(&self, tenant: Option<&str>) -> OrganisationId {
        let all = self.write(|tx| tx.organisations().list()).await;
        let wanted = all.into_iter().find(|organisation| {
            let own = organisation.tenant.as_ref().map(ToString::to_string);
            own.as_deref() == tenant && organisation.id != OrganisationId::DEPLOYMENT
        });
        wanted.unwrap().id
    }

    /// A person or machine identity and a token with these permissions. The same person may come
    /// with other permissions again.
    pub(crate) async fn person(&self, tenant: Option<&str>, id: &str, may: &str) -> Client<'_> {
        self.limited_person(tenant, id, may, None).await
    }

    /// The same with a token that is limited to an environment.
    pub(crate) async fn limited_person(
        &self,
        tenant: Option<&str>,
        id: &str,
        may: &str,
        environment: Option<&str>,
    ) -> Client<'_> {
        let organisation = self.organisation(tenant).await;
        let principal = PrincipalRow {
            id: id.parse().unwrap(),
            kind: "person".to_owned(),
            name: id.to_owned(),
            email: None,
            status: "active".to_owned(),
            permissions: "all".to_owned(),
            created_at: self.now(),
            created_by: "admin".to_owned(),
            tag: 0,
        };
        self.write(move |tx| {
            tx.enter(organisation)?;
            if tx.principals().find(principal.id.as_str())?.is_none() {
                tx.principals().insert(&principal)?;
            }
            Ok(())
        })
        .await;
        let token = AccessToken::generate(TokenKind::Person).unwrap();
        let mut row = self.token_row(&token, organisation, id).await;
        may.clone_into(&mut row.permissions);
        row.environments = environment.map(str::to_owned);
        self.keep_token(row).await;
        self.client(&token)
    }

    /// Somebody without a token.
    pub(crate) fn anybody(&self) -> Client<'_> {
        Client {
            app: self,
            authorization: None,
        }
    }

    /// A flow of these owners that references these credentials, enabled; by its id and a client
    /// with the token of an execution that ana started.
    pub(crate) async fn flow(
        &self,
        n: u8,
        owners: &[Owner],
        credentials: &[&str],
    ) -> (FlowId, Client<'_>) {
        let organisation = self.organisation(Some("t-one")).await;
        let (flow, execution) = (FlowId::new([n; 12]), ExecutionId::new([n; 12]));
        let credentials: Vec<CredentialId> =
            credentials.iter().map(|id| id.parse().unwrap()).collect();
        let (owners, now) = (owners.to_vec(), self.now());
        let document = document(&owners, &credentials);
        self.write(move |tx| {
            tx.enter(organisation)?;
            tx.flows().insert(&flow_row(flow, &document, now))?;
            tx.flows().set_edges(flow, &owners, &credentials, now)?;
            let listed: Vec<_> = credentials
                .iter()
                .map(|credential| ExecutionCredentialRow {
                    execution,
                    credential: *credential,
                    paths: r#"[["graph.nodes[0].credentials_id","fetch",null]]"#.to_owned(),
                })
                .collect();
            tx.executions()
                .insert(&execution_row(execution, flow, now), &listed)
        })
        .await;
        let token = AccessToken::generate(TokenKind::Execution).unwrap();
        let mut row = self.token_row(&token, organisation, "ana").await;
        row.execution = Some(execution);
        self.keep_token(row).await;
        (flow, self.client(&token))
    }

    pub(crate) async fn find_flow(&self, id: FlowId) -> FlowRow {
        let organisation = self.organisation(Some("t-one")).await;
        let found = self.write(move |tx| {
            tx.enter(organisation)?;
            tx.flows().find(id)
        });
        found.await.unwrap()
    }

    /// The events about an object, as `action outcome`.
    pub(crate) async fn events(&self, tenant: Option<&str>, object: &str) -> Vec<String> {
        let organisation = self.organisation(tenant).await;
        let filter = EventFilter {
            object: Some(object.to_owned()),
            ..EventFilter::default()
        };
        let rows = self.write(move |tx| {
            tx.enter(organisation)?;
            tx.log().events(&filter, None, 1000)
        });
        let summary = |body: &str| {
            let event: Json = serde_json::from_str(body).unwrap();
            let word = |name: &str| event[name].as_str().unwrap().to_owned();
            format!("{} {}", word("action"), word("outcome"))
        };
        rows.await.iter().map(|row| summary(&row.body)).collect()
    }

    fn client(&self, token: &AccessToken) -> Client<'_> {
        Client {
            app: self,
            authorization: Some(format!("Bearer {}", token.expose().as_str())),
        }
    }

    async fn token_row(
        &self,
        token: &AccessToken,
        organisation: OrganisationId,
        principal: &str,
    ) -> AccessTokenRow {
        let keys = self.write(|tx| {
            tx.enter(OrganisationId::DEPLOYMENT)?;
            tx.organisations().keys()
        });
        let key = self.keyring.token_key(&keys.await).unwrap();
        let record = token.record(&key, &organisation.context(), principal);
        AccessTokenRow {
            id: token.id().to_owned(),
            organisation,
            kind: token.kind().as_str().to_owned(),
            principal: principal.to_owned(),
            execution: None,
            name: "test".to_owned(),
            permissions: String::new(),
            credentials: None,
            environments: None,
            digest: record.unwrap().as_bytes().to_vec(),
            created_at: self.now(),
            expires_at: self.now().plus_seconds(1000 * 24 * 3600),
            ended_at: None,
            ended_reason: None,
            parent: None,
        }
    }

    async fn keep_token(&self, row: AccessTokenRow) {
        self.write(move |tx| {
            tx.enter(row.organisation)?;
            tx.access_tokens().insert(&row)
        })
        .await;
    }
}

impl Client<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Json) -> Answer {
        self.send(Method::PATCH, path, &[], Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None).await
    }

    /// Creates a credential and says its id.
    pub(crate) async fn create(&self, body: Json) -> String {
        let created = self.post("/credentials", body).await;
        created.expect(200).data()["_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Creates an API key called `name` with `more` fields and says its id.
    pub(crate) async fn create_key(&self, key: &str, more: Json) -> String {
        let mut body = json!({ "name": "ledger", "type": "API_KEY", "value": { "key": key } });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.create(body).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Json>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            None => request.body(Body::empty()),
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
        };
        let router = self.app.router.clone();
        let response = router.oneshot(request.unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Expects an error.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.json()["code"], code, "{}", answer.text);
        answer
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn data(&self) -> Json {
        self.json()["data"].clone()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }
}
