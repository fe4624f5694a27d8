//! Every route, ready to be called by who may, in an organisation where nothing else happens.

use keydance_server::http::Route;
use keydance_testkit::{Answer, Identity, Request};
use serde_json::Value;

use crate::acceptance::cast::{Cast, play};
use crate::authorization::scene::{People, Scene};
use crate::authorization::table::Row;
use crate::authorization::{filled, head, is_change, table};

/// An organisation with a scene to aim at.
pub(super) struct Target<'a> {
    pub(super) cast: Cast<'a>,
    people: People,
    pub(super) scene: Scene,
    wrong: Vec<String>,
}

/// Aims bad requests at every route, and fails if one of them is not refused as it should be, or if
/// anything changed.
pub(super) fn aim(story: impl Fn(&mut Target<'_>, &Route, &Row) + Sync) {
    play(|cast| {
        let mut target = Target::set(cast.apart());
        let before = target.state();
        let after = head(&target.cast.root);
        for (route, row) in table() {
            story(&mut target, &route, &row);
        }
        assert!(target.wrong.is_empty(), "{}", target.wrong.join("\n"));
        assert_eq!(target.state(), before);
        let changes = target
            .cast
            .events(&format!("outcome=allowed&page[after]={after}"));
        assert_eq!(changes, Vec::<Value>::new());
    });
}

/// Throws JSON at every route, of which some may well be taken; nothing makes the server fail.
pub(super) fn throw(story: impl Fn(&mut Target<'_>, &Route, &Row) + Sync) {
    play(|cast| {
        let mut target = Target::set(cast.apart());
        for (route, row) in table() {
            story(&mut target, &route, &row);
            if is_change(&route) {
                target.scene = Scene::set(&target.cast, &target.people);
            }
        }
        assert!(target.wrong.is_empty(), "{}", target.wrong.join("\n"));
    });
}

impl<'a> Target<'a> {
    fn set(cast: Cast<'a>) -> Self {
        let people = People::gather(&cast);
        let scene = Scene::set(&cast, &people);
        Self {
            cast,
            people,
            scene,
            wrong: Vec::new(),
        }
    }

    /// A request to a route by who may call it, with another path or body.
    pub(super) fn request(&self, route: &Route, row: &Row, place: Option<&[&str]>) -> Request<'_> {
        let call = (row.call)(&self.scene);
        let place = place.unwrap_or(&call.place);
        let path = format!("/api/v1{}{}", filled(route.path, place), call.query);
        let request = self
            .cast
            .server
            .client()
            .request(route.method.as_str(), &path);
        match self.people.token(&self.scene, row.allowed()) {
            Some(token) => request.bearer(token),
            None => request,
        }
    }

    /// What comes of a read with another query.
    pub(super) fn asking(&self, route: &Route, row: &Row, query: &str) -> Answer {
        let call = (row.call)(&self.scene);
        let path = format!("/api/v1{}?{query}", filled(route.path, &call.place));
        let request = self.cast.server.client().get(&path);
        match self.people.token(&self.scene, row.allowed()) {
            Some(token) => request.bearer(token).send(),
            None => request.send(),
        }
    }

    /// The body that the table calls a route with.
    pub(super) fn body(&self, row: &Row) -> Option<Value> {
        (row.call)(&self.scene).body
    }

    /// Notes what an answer lacks of a proper refusal.
    pub(super) fn refused(&mut self, what: &str, answer: &Answer) {
        if let Some(flaw) = super::flaw(answer) {
            self.wrong.push(format!("{what}: {flaw}"));
        }
    }

    /// Notes an answer that is neither a success nor a proper refusal.
    pub(super) fn survived(&mut self, what: &str, answer: &Answer) {
        if answer.status >= 300 {
            self.refused(what, answer);
        }
    }

    /// How much there is of everything.
    fn state(&self) -> Vec<Value> {
        let (owner, root) = (&self.people.owner, &self.cast.root);
        let flow = format!("/executions?flow={}", self.scene.flow);
        let lists = [
            (owner, "/credentials"),
            (owner, "/flows"),
            (owner, "/tokens"),
            (owner, &flow),
            (root, "/environments"),
            (root, "/groups"),
            (root, "/persons"),
            (root, "/machine-identities"),
            (root, "/tokens"),
        ];
        let total = |(who, path): &(&Identity, &str)| {
            who.get(path).send().expect_status(200).json()["meta"]["total"].take()
        };
        lists.iter().map(total).collect()
    }
}
