use super::super::tests::{ana, environment, key, owned_by, tenant};
use super::*;
use crate::caller::tests::caller;
use crate::caller::{Caller, CallerKind};
use crate::id::{ExecutionId, FlowId, OrganisationId};
use crate::owner::Owner;

fn read(
    caller: &Caller,
    facts: Option<&CredentialFacts>,
    protected: bool,
    which: Which,
) -> Result<Allowed, ReadDenied> {
    decide_read(&ReadQuestion {
        caller,
        credential: key(),
        facts,
        environment: &environment(),
        protected,
        which,
    })
}

fn view(permissions: &str, protected: bool) -> View {
    let facts = owned_by(&[Owner::person("ben"), tenant(), ana()]);
    let allowed = read(
        &caller("ana", &[], permissions),
        Some(&facts),
        protected,
        Which::Current,
    );
    let allowed = allowed.unwrap();
    assert_eq!(allowed.owners(), [tenant()]);
    assert!(allowed.opens(key(), &environment()));
    allowed.view()
}

#[test]
fn an_owner_sees_clear_values_by_name_of_the_permission_only() {
    assert_eq!(view("", false), View::Masked);
    assert_eq!(view("tenant.all", false), View::Masked);
    assert_eq!(view("secrets.secret.readRaw", false), View::Raw);
    assert_eq!(view("all", false), View::Raw);
    assert_eq!(view("all", true), View::Masked);
}

#[test]
fn who_is_no_owner_reads_nothing_whatever_he_may_do() {
    let facts = owned_by(&[Owner::person("ben"), Owner::group("ana")]);
    let root = caller("ana", &[], "all");
    let which = Which::Current;
    assert_eq!(
        read(&root, Some(&facts), false, which).unwrap_err(),
        ReadDenied::NotOwner
    );
    assert_eq!(
        read(&root, None, false, which).unwrap_err(),
        ReadDenied::NotFound
    );
    let mut foreign = owned_by(&[ana()]);
    foreign.organisation = OrganisationId::new([2; 12]);
    assert_eq!(
        read(&root, Some(&foreign), false, which).unwrap_err(),
        ReadDenied::NotOwner
    );
}

#[test]
fn a_token_that_does_not_reach_a_credential_learns_nothing_of_it() {
    let facts = owned_by(&[ana()]);
    let mut limited = caller("ana", &[], "all");
    limited.limits.credentials = Some([].into());
    let mut elsewhere = caller("ana", &[], "all");
    elsewhere.limits.environments = Some([].into());
    let mut execution = caller("ana", &[], "all");
    execution.kind = CallerKind::Execution {
        execution: ExecutionId::new([7; 12]),
        flow: FlowId::new([8; 12]),
    };
    for caller in [limited, elsewhere, execution] {
        for facts in [Some(&facts), None] {
            let denied = read(&caller, facts, false, Which::Current).unwrap_err();
            assert_eq!(denied, ReadDenied::OutOfScope);
        }
    }
}

#[test]
fn the_current_version_is_read_by_id_and_any_that_exists_by_number() {
    let ana_reads = |state, which| {
        let mut facts = owned_by(&[ana()]);
        facts.version = state;
        read(&caller("ana", &[], ""), Some(&facts), false, which).err()
    };
    for state in VersionState::EVERY {
        let not_usable = Some(ReadDenied::NotUsable(state));
        let current = (state != VersionState::Current)
            .then_some(not_usable)
            .flatten();
        assert_eq!(ana_reads(Some(state), Which::Current), current);
        let numbered = (state == VersionState::Destroyed)
            .then_some(not_usable)
            .flatten();
        assert_eq!(ana_reads(Some(state), Which::Numbered), numbered);
    }
    assert_eq!(ana_reads(None, Which::Current), Some(ReadDenied::NoValue));
}
