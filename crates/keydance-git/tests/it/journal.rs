//! A plan is carried out whole or not at all, wherever it is stopped.

use keydance_git::event::Leave;
use keydance_git::event::Plan;
use keydance_git::journal::{Ending, Journal, JournalError};
use keydance_sops::random::SystemRandom;

use crate::organisation::Organisation;

/// An organisation, and somebody's leaving that is planned.
fn leaving() -> (Organisation, Plan) {
    let organisation = Organisation::new();
    organisation.encrypt("secrets/a.yaml", "a: sesame\n");
    organisation.encrypt("secrets/b.yaml", "b: sesame\n");
    organisation.commit("files");
    organisation.join("bob", &["admins"]);
    let leave = Leave {
        who: "bob".parse().unwrap(),
    };
    let plan = organisation.plan_as(&organisation.alice, |scene| {
        leave.plan(scene, &mut SystemRandom)
    });
    (organisation, plan.unwrap())
}

/// Begins, and stops before the step with this number. Whether there was one.
fn stop_before(organisation: &Organisation, plan: &Plan, ending: Ending, number: usize) -> bool {
    let checkout = organisation.checkout();
    let journal = Journal::begin(&checkout, plan, ending).unwrap();
    let mut count = 0;
    let stopped = journal.resume(&mut |_| {
        count += 1;
        if count > number {
            Err(JournalError::Stopped)
        } else {
            Ok(())
        }
    });
    match stopped {
        Err(JournalError::Stopped) => true,
        other => {
            other.unwrap();
            false
        }
    }
}

fn state(organisation: &Organisation) -> (String, String) {
    let tree = organisation.git(&["rev-parse", "HEAD^{tree}"]);
    (tree, organisation.git(&["status", "--porcelain"]))
}

#[test]
fn a_plan_that_is_stopped_before_any_step_is_resumed_to_its_end() {
    let mut number = 0;
    loop {
        let (organisation, plan) = leaving();
        let before = state(&organisation);
        if !stop_before(&organisation, &plan, Ending::Commit, number) {
            break;
        }
        let checkout = organisation.checkout();
        let journal = Journal::find(&checkout).unwrap().unwrap();
        assert_eq!(journal.title(), "bob leaves");
        journal.resume(&mut |_| Ok(())).unwrap();
        drop(journal);
        let after = state(&organisation);
        assert_ne!(before.0, after.0);
        assert_eq!(after.1, "", "step {number}");
        for (path, change) in &plan.changes {
            assert_eq!(organisation.read(path), change.content, "{path}");
        }
        assert!(Journal::find(&checkout).unwrap().is_none());
        number += 1;
    }
    assert!(number > plan_steps(), "{number}");
}

/// The branch, the roster and what is generated, two files, the identity, the index and the end.
fn plan_steps() -> usize {
    7
}

#[test]
fn a_plan_that_is_stopped_before_any_step_is_taken_back() {
    for number in 0.. {
        let (organisation, plan) = leaving();
        let before = state(&organisation);
        if !stop_before(&organisation, &plan, Ending::Commit, number) {
            assert!(number > plan_steps());
            break;
        }
        let checkout = organisation.checkout();
        let journal = Journal::find(&checkout).unwrap().unwrap();
        journal.abort().unwrap();
        assert_eq!(state(&organisation), before, "step {number}");
        assert!(!organisation.git(&["log", "--format=%s"]).contains("leaves"));
    }
}

#[test]
fn without_a_commit_only_files_change() {
    let (organisation, plan) = leaving();
    let before = organisation.git(&["rev-parse", "HEAD"]);
    assert!(!stop_before(
        &organisation,
        &plan,
        Ending::Files,
        usize::MAX
    ));
    assert_eq!(organisation.git(&["rev-parse", "HEAD"]), before);
    for (path, change) in &plan.changes {
        assert_eq!(organisation.read(path), change.content, "{path}");
    }
}

#[test]
fn nothing_begins_before_the_last_event_has_ended() {
    let (organisation, plan) = leaving();
    assert!(stop_before(&organisation, &plan, Ending::Commit, 2));
    let checkout = organisation.checkout();
    let again = Journal::begin(&checkout, &plan, Ending::Commit).unwrap_err();
    assert_eq!(again, JournalError::Unfinished("bob leaves".to_owned()));
    let held = Journal::find(&checkout).unwrap();
    assert_eq!(Journal::find(&checkout).unwrap_err(), JournalError::Busy);
    drop(held);
}

#[test]
fn a_file_that_was_changed_meanwhile_is_not_overwritten() {
    let (organisation, plan) = leaving();
    assert!(stop_before(&organisation, &plan, Ending::Commit, 1));
    organisation.write("secrets/b.yaml", "b: other\n");
    let checkout = organisation.checkout();
    let journal = Journal::find(&checkout).unwrap().unwrap();
    let refused = journal.resume(&mut |_| Ok(())).unwrap_err();
    assert_eq!(refused, JournalError::Changed("secrets/b.yaml".to_owned()));
    assert_eq!(organisation.read("secrets/b.yaml"), b"b: other\n");
}

#[test]
fn the_branch_is_moved_only_from_where_it_was() {
    let (organisation, plan) = leaving();
    let checkout = organisation.checkout();
    organisation.write("README", "meanwhile\n");
    organisation.commit("meanwhile");
    let journal = Journal::begin(&checkout, &plan, Ending::Commit).unwrap();
    let moved = journal.resume(&mut |_| Ok(())).unwrap_err();
    assert!(matches!(moved, JournalError::BranchMoved { .. }));
    assert_eq!(organisation.git(&["status", "--porcelain"]), "");
    drop(journal);
    assert!(Journal::find(&checkout).unwrap().is_none());
}
