use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::caller::tests::identity;
use crate::caller::{Identity, Limits};
use crate::credential::{BoundTo, VersionState};
use crate::execution::EndReason;
use crate::flow::{BlockReason, Reference};
use crate::id::OrganisationId;
use crate::time::Timestamp;

mod run;

const DIGEST: &str = "sha256:00";
const KEY: [u8; 12] = [5; 12];

pub(super) fn key() -> CredentialId {
    CredentialId::new(KEY)
}

pub(super) fn environment() -> EnvironmentName {
    EnvironmentName::default()
}

pub(super) fn owned_by(owners: &[Owner]) -> CredentialFacts {
    CredentialFacts {
        organisation: OrganisationId::new([1; 12]),
        owners: owners.to_vec(),
        usable: true,
        bound_to: BoundTo::default(),
        version: Some(VersionState::Current),
    }
}

fn reference(path: &str) -> Reference {
    Reference {
        path: path.to_owned(),
        credential: key(),
        component_id: Some("ledger".to_owned()),
        destination: Some("https://api.example.org".to_owned()),
    }
}

/// A flow of `owners` with one reference to `key()`, and what may be asked about it.
struct Case {
    owners: Vec<Owner>,
    references: Vec<Reference>,
    credentials: HashMap<CredentialId, CredentialFacts>,
    actor: Identity,
    standing: Standing,
    limits: Limits,
    state: FlowState,
    environment: EnvironmentName,
    listed: Vec<CredentialId>,
    started_revision: i64,
    expires_at: i64,
    ended: Option<EndReason>,
}

impl Case {
    fn new(owners: &[Owner], credential_owners: &[Owner]) -> Self {
        Self {
            owners: owners.to_vec(),
            references: vec![reference("graph.nodes[0].credentials_id")],
            credentials: HashMap::from([(key(), owned_by(credential_owners))]),
            actor: identity("ana", &["ops"]),
            standing: Standing::Active,
            limits: Limits::default(),
            state: FlowState::Enabled,
            environment: environment(),
            listed: vec![key()],
            started_revision: 7,
            expires_at: 300,
            ended: None,
        }
    }

    fn credential(&mut self) -> &mut CredentialFacts {
        self.credentials.get_mut(&key()).unwrap()
    }

    fn decide(&self, actor: Actor<'_>, operation: Operation<'_>) -> Result<Allowed, Denied> {
        decide_flow(&FlowQuestion {
            organisation: OrganisationId::new([1; 12]),
            owners: &self.owners,
            references: &self.references,
            credentials: &self.credentials,
            actor,
            limits: &self.limits,
            operation,
            now: Timestamp::from_millis(299),
        })
    }

    fn stored(&self) -> StoredFlow<'static> {
        StoredFlow {
            state: self.state,
            revision: 7,
            digest: DIGEST,
        }
    }

    fn persist(&self) -> Result<Allowed, Denied> {
        self.persist_over(None)
    }

    fn persist_over(&self, before: Option<&[Owner]>) -> Result<Allowed, Denied> {
        let actor = Actor::Principal(&self.actor, self.standing);
        self.decide(actor, Operation::Persist { before })
    }

    fn execute(&self, actor: Actor<'_>, revision: Option<i64>) -> Result<Allowed, Denied> {
        let operation = Operation::Execute {
            flow: self.stored(),
            revision,
            environment: &environment(),
        };
        self.decide(actor, operation)
    }

    fn redeem(&self, credential: CredentialId) -> Result<Allowed, Denied> {
        let operation = Operation::Redeem {
            flow: self.stored(),
            execution: ExecutionFacts {
                revision: self.started_revision,
                digest: DIGEST,
                environment: &self.environment,
                credentials: &self.listed,
                expires_at: Timestamp::from_millis(self.expires_at),
                ended: self.ended,
            },
            credential,
            environment: &environment(),
        };
        self.decide(Actor::Principal(&self.actor, self.standing), operation)
    }

    /// The reasons of every operation, which must agree.
    fn reasons(&self) -> Vec<Reason> {
        let reasons = |result: Result<Allowed, Denied>| -> Vec<Reason> {
            let denied = result.err();
            let violations = denied.iter().flat_map(Denied::violations);
            violations.map(|violation| violation.reason).collect()
        };
        let persisted = reasons(self.persist());
        let actor = Actor::Principal(&self.actor, self.standing);
        assert_eq!(reasons(self.execute(actor, None)), persisted);
        assert_eq!(reasons(self.redeem(key())), persisted);
        persisted
    }
}

pub(super) fn ana() -> Owner {
    Owner::person("ana")
}

pub(super) fn tenant() -> Owner {
    Owner::organisation("t-one")
}

#[test]
fn a_flow_may_use_what_every_owner_of_it_owns() {
    let owners = [ana(), Owner::group("ops"), tenant()];
    let case = Case::new(
        &owners,
        &[tenant(), ana(), Owner::person("ben"), Owner::group("ops")],
    );
    let allowed = case.redeem(key()).unwrap();
    assert!(allowed.opens(key(), &environment()));
    assert!(!allowed.opens(CredentialId::new([6; 12]), &environment()));
    assert!(!allowed.opens(key(), &"staging".parse().unwrap()));
    assert_eq!(
        (allowed.view(), allowed.owners()),
        (View::Execution, &owners[..])
    );
    let persisted = case.persist().unwrap();
    assert!(!persisted.opens(key(), &environment()));
    assert!(!persisted.view().is_clear());
}

#[test]
fn the_actors_own_credentials_never_stand_in_for_an_owner() {
    let case = Case::new(&[ana(), tenant()], &[ana()]);
    let denied = case.persist().unwrap_err();
    assert_eq!(denied.violations()[0].missing_owners, [tenant()]);
    assert_eq!(case.reasons(), [Reason::NotOwnedByFlowOwner]);
    assert!(denied.is_permanent());
}

#[test]
fn a_group_is_no_person_of_the_same_name() {
    let case = Case::new(&[Owner::group("ops")], &[Owner::person("ops")]);
    assert_eq!(case.reasons(), [Reason::NotOwnedByFlowOwner]);
}

#[test]
fn absent_foreign_and_not_owned_are_one_answer() {
    let owners = [ana(), Owner::group("ops")];
    let stranger = Case::new(&owners, &[Owner::person("ben")]);
    let mut absent = Case::new(&owners, &[]);
    absent.credentials.clear();
    let mut foreign = Case::new(&owners, &owners);
    foreign.credential().organisation = OrganisationId::new([2; 12]);
    let mut unusable = Case::new(&owners, &[Owner::person("ben")]);
    unusable.credential().usable = false;
    unusable.credential().version = None;
    let answers = [&stranger, &absent, &foreign, &unusable].map(|case| case.persist().unwrap_err());
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    insta::assert_json_snapshot!(answers[0].violations(), @r#"
    [
      {
        "path": "graph.nodes[0].credentials_id",
        "credentialId": "050505050505050505050505",
        "reason": "not_owned_by_flow_owner",
        "missingOwners": [
          {
            "id": "ana",
            "type": "USER"
          },
          {
            "id": "ops",
            "type": "GROUP"
          }
        ]
      }
    ]
    "#);
}

#[test]
fn a_flow_without_owners_or_with_an_unknown_type_is_denied() {
    assert_eq!(Case::new(&[], &[ana()]).reasons(), [Reason::NoOwner]);
    let team = Owner {
        kind: crate::owner::OwnerKind::Other("team".to_owned()),
        id: "ana".to_owned(),
    };
    let case = Case::new(&[ana(), team.clone()], &[ana(), team]);
    assert_eq!(case.reasons(), [Reason::OwnerTypeUnknown]);
}

#[test]
fn who_acts_is_an_active_owner_of_the_flow_in_its_organisation() {
    let own = [Owner::person("ben")];
    assert_eq!(Case::new(&own, &own).reasons(), [Reason::ActorNotFlowOwner]);
    let mut frozen = Case::new(&[ana()], &[ana()]);
    frozen.standing = Standing::Gone;
    assert_eq!(frozen.reasons(), [Reason::ActorNotFlowOwner]);
    let mut foreign = Case::new(&[ana()], &[ana()]);
    foreign.actor.organisation = OrganisationId::new([2; 12]);
    assert_eq!(foreign.reasons(), [Reason::ActorNotFlowOwner]);
}

#[test]
fn nobody_takes_over_a_flow_of_others_by_replacing_it() {
    let case = Case::new(&[ana()], &[ana()]);
    let denied = case
        .persist_over(Some(&[Owner::person("ben")]))
        .unwrap_err();
    assert_eq!(denied.violations()[0].reason, Reason::ActorNotFlowOwner);
    assert!(case.persist_over(Some(&[Owner::group("ops")])).is_ok());
}

#[test]
fn only_a_current_version_of_a_usable_credential_is_handed_out() {
    for state in VersionState::EVERY {
        let mut case = Case::new(&[ana()], &[ana()]);
        case.credential().version = Some(state);
        let usable = state == VersionState::Current;
        let reasons = if usable {
            vec![]
        } else {
            vec![Reason::VersionNotUsable]
        };
        assert_eq!(case.reasons(), reasons, "{state}");
    }
    let mut suspended = Case::new(&[ana()], &[ana()]);
    suspended.credential().usable = false;
    assert_eq!(suspended.reasons(), [Reason::VersionNotUsable]);
    let mut missing = Case::new(&[ana()], &[ana()]);
    missing.credential().version = None;
    let denied = missing.redeem(key()).unwrap_err();
    assert_eq!(
        denied.only_unavailable(),
        Some(Reason::EnvironmentValueMissing)
    );
    assert!(!denied.is_permanent());
}

#[test]
fn a_bound_credential_goes_to_its_components_and_destinations_only() {
    let bound = |json| BoundTo::parse(&json).unwrap();
    let mut case = Case::new(&[ana()], &[ana()]);
    case.credential().bound_to = bound(json!({"componentIds": ["other"]}));
    assert_eq!(case.reasons(), [Reason::NotBoundToComponent]);
    case.credential().bound_to = bound(json!({"destinations": ["https://api.example.org"]}));
    assert_eq!(case.reasons(), []);
    case.references[0].destination = None;
    assert_eq!(case.reasons(), [Reason::NotBoundToDestination]);
    assert_eq!(case.persist().unwrap_err().only_unavailable(), None);
}

#[test]
fn every_place_that_may_not_is_named() {
    let mut case = Case::new(&[ana()], &[]);
    case.references.push(reference("applications[0].secretId"));
    let denied = case.persist().unwrap_err();
    let paths: Vec<_> = denied
        .violations()
        .iter()
        .map(|v| v.path.as_str())
        .collect();
    assert_eq!(
        paths,
        ["graph.nodes[0].credentials_id", "applications[0].secretId"]
    );
}

#[test]
fn the_words_of_reasons_are_those_that_are_serialised() {
    for reason in [
        Reason::ActorNotFlowOwner,
        Reason::EnvironmentValueMissing,
        Reason::GrantExpired,
        Reason::NoOwner,
        Reason::NotBoundToComponent,
        Reason::NotBoundToDestination,
        Reason::NotOwnedByFlowOwner,
        Reason::OwnerTypeUnknown,
        Reason::VersionNotUsable,
    ] {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
}

fn any_owners() -> impl Strategy<Value = Vec<Owner>> {
    let every = vec![
        ana(),
        Owner::person("ops"),
        Owner::person("ben"),
        Owner::group("ana"),
        Owner::group("ops"),
        tenant(),
        Owner::organisation("t-two"),
        Owner {
            kind: crate::owner::OwnerKind::Other("team".to_owned()),
            id: "ana".to_owned(),
        },
    ];
    prop::sample::subsequence(every, 0..=5)
}

proptest! {
    #[test]
    fn allowed_is_exactly_what_the_rule_says(
        flow_owners in any_owners(),
        credential_owners in any_owners(),
        state in prop::sample::select(&VersionState::EVERY[..]),
        (usable, foreign) in (any::<bool>(), prop::bool::weighted(0.1)),
    ) {
        let mut case = Case::new(&flow_owners, &credential_owners);
        case.credential().usable = usable;
        case.credential().version = Some(state);
        if foreign {
            case.credential().organisation = OrganisationId::new([2; 12]);
        }
        let acts = [ana(), Owner::group("ops"), tenant()];
        let rule = !foreign
            && usable
            && state == VersionState::Current
            && flow_owners.iter().all(|owner| owner.is_recognised())
            && flow_owners.iter().any(|owner| acts.contains(owner))
            && flow_owners.iter().all(|owner| credential_owners.contains(owner));
        prop_assert_eq!(case.persist().is_ok(), rule);
        prop_assert_eq!(case.redeem(key()).is_ok(), rule);
    }

    #[test]
    fn a_denial_tells_who_does_not_own_to_owners_only(
        flow_owners in any_owners(),
        credential_owners in any_owners(),
    ) {
        let case = Case::new(&flow_owners, &credential_owners);
        let unknown = Case::new(&flow_owners, &[]).persist().err();
        let denied = case.persist().err();
        let acts = [ana(), Owner::group("ops"), tenant()];
        if !acts.iter().any(|owner| credential_owners.contains(owner)) {
            prop_assert_eq!(&denied, &unknown, "as if there were no such credential");
        }
        for violation in denied.iter().flat_map(Denied::violations) {
            for owner in &violation.missing_owners {
                prop_assert!(flow_owners.contains(owner));
            }
        }
    }
}
