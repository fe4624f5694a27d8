//! What a first start makes, and that it makes all of it or nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use keydance_core::id::OrganisationId;
use keydance_server::Clock;
use keydance_server::engine::{Code, Error};
use keydance_server::start::{NewOrganisation, create_organisation, unseal};
use keydance_store::{Location, Store, Tx};

use crate::app2::TestApp;

#[tokio::test]
async fn an_organisation_whose_token_cannot_be_kept_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Location::Sqlite(folder.path().join("keydance.db")), 1).unwrap();
    let now = Clock::Hand(Arc::new(AtomicI64::new(0))).now();
    let key = folder.path().join("root.key");
    let (keyring, _) = unseal(&store, &key, now).await.unwrap();
    let new = || NewOrganisation::first("main".parse().unwrap()).unwrap();
    let full = |_: &str| Err(Error::new(Code::Internal, "The disk is full."));
    let refused = create_organisation(&store, &keyring, new(), now, full).await;
    assert_eq!(refused.unwrap_err().message(), "The disk is full.");
    let organisations = store.read(|tx: &mut Tx<'_>| tx.organisations().list());
    let organisations = organisations.await.unwrap();
    let ids: Vec<_> = organisations.iter().map(|one| one.id).collect();
    assert_eq!(ids, [OrganisationId::DEPLOYMENT]);
    let (sender, kept) = std::sync::mpsc::channel();
    let keep = move |token: &str| sender.send(token.to_owned()).map_err(Error::internal);
    let made = create_organisation(&store, &keyring, new(), now, keep).await;
    assert_eq!(kept.iter().last().unwrap(), *made.unwrap());
}

#[tokio::test]
async fn the_first_token_of_an_organisation_is_written_down_as_any_other() {
    let app = TestApp::new().await;
    let issued = app.events(&app.ana, "token.issued").await;
    assert_eq!(issued.len(), 1);
    assert_eq!(issued[0]["actor"]["type"], "SYSTEM");
    assert_eq!(issued[0]["details"]["principal"], "ana");
    assert!(
        app.ana
            .contains(issued[0]["object"]["id"].as_str().unwrap())
    );
}
