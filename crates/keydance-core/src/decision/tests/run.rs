//! Starting a flow and opening credentials while it runs.

use super::*;

#[test]
fn a_scheduled_flow_needs_all_its_owners_there() {
    let case = Case::new(&[ana(), tenant()], &[ana(), tenant()]);
    let start = |standings: &[Standing]| case.execute(Actor::Owners(standings), None);
    assert!(start(&[Standing::Active, Standing::Active]).is_ok());
    assert!(start(&[Standing::Active, Standing::Gone]).is_err());
    assert!(start(&[Standing::Active]).is_err());
    let nobody = Actor::Owners(&[Standing::Active, Standing::Active]);
    assert!(
        case.decide(nobody, Operation::Persist { before: None })
            .is_err()
    );
}

#[test]
fn a_flow_that_is_blocked_disabled_or_another_does_not_start() {
    let mut case = Case::new(&[ana()], &[ana()]);
    let actor = case.actor.clone();
    let actor = Actor::Principal(&actor, Standing::Active);
    assert!(case.execute(actor, Some(7)).is_ok());
    assert_eq!(case.execute(actor, Some(6)).unwrap_err(), Denied::Stale);
    case.state = FlowState::Disabled;
    assert_eq!(case.execute(actor, None).unwrap_err(), Denied::Disabled);
    assert_eq!(case.redeem(key()).unwrap_err(), Denied::Disabled);
    case.state = FlowState::Blocked(BlockReason::Manual);
    let blocked = Denied::Blocked(BlockReason::Manual);
    assert_eq!(case.execute(actor, None).unwrap_err(), blocked);
    assert_eq!(case.redeem(key()).unwrap_err(), blocked);
    assert!(case.persist().is_ok());
}

#[test]
fn an_execution_token_opens_what_it_lists_where_it_runs_while_it_lives() {
    let changed = |change: fn(&mut Case)| {
        let mut case = Case::new(&[ana()], &[ana()]);
        change(&mut case);
        case.redeem(key()).unwrap_err()
    };
    assert_eq!(
        changed(|c| c.expires_at = 299),
        Denied::Ended(EndReason::Expired)
    );
    assert_eq!(
        changed(|c| c.ended = Some(EndReason::Stopped)),
        Denied::Ended(EndReason::Stopped)
    );
    assert_eq!(
        changed(|c| c.started_revision = 6),
        Denied::Ended(EndReason::FlowChanged)
    );
    assert_eq!(changed(|c| c.listed.clear()), Denied::OutOfScope);
    assert_eq!(changed(|c| c.references.clear()), Denied::OutOfScope);
    assert_eq!(
        changed(|c| c.environment = "staging".parse().unwrap()),
        Denied::OutOfScope
    );
    let case = Case::new(&[ana()], &[ana()]);
    assert_eq!(
        case.redeem(CredentialId::new([6; 12])).unwrap_err(),
        Denied::OutOfScope
    );
}

#[test]
fn a_limited_token_persists_and_starts_nothing_beyond_its_limits() {
    let mut case = Case::new(&[ana()], &[ana()]);
    case.limits.credentials = Some([CredentialId::new([6; 12])].into());
    assert_eq!(case.persist().unwrap_err(), Denied::OutOfScope);
    case.limits = Limits {
        credentials: Some([key()].into()),
        environments: Some(["staging".parse().unwrap()].into()),
    };
    assert!(case.persist().is_ok());
    let actor = Actor::Principal(&case.actor, Standing::Active);
    assert_eq!(case.execute(actor, None).unwrap_err(), Denied::OutOfScope);
}
