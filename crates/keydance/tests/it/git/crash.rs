//! An event whose process is killed.

use std::time::Duration;

use super::desk::Desk;
use crate::KEYDANCE;

/// Kills `leave` after each of many durations, until it is done before it is killed.
#[test]
fn an_event_whose_process_is_killed_is_resumed_or_taken_back() {
    let mut is_resumed = false;
    let mut wait = Duration::ZERO;
    loop {
        let desk = Desk::new();
        for name in ["a", "b", "c"] {
            desk.encrypt(&format!("secrets/{name}.yaml"), "a: sesame\n");
        }
        desk.commit("files");
        desk.join("bob", "admins");
        let before = desk.git(&["rev-parse", "HEAD"]);
        let leave = ["leave", "bob", "--apply", "--reason", "x"];
        let mut command = desk.command("alice", KEYDANCE, &leave);
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        let ended = wait_for(&mut child, wait);
        is_resumed = !is_resumed;
        if is_resumed {
            until_done(&desk, "resume");
            // It may have been killed before there was anything to resume.
            let code = desk.keydance("alice", &leave).code;
            assert!([0, 6].contains(&code), "{code}");
            assert_eq!(desk.opens("bob", "secrets/c.yaml"), None);
        } else {
            until_done(&desk, "abort");
            let after = desk.git(&["rev-parse", "HEAD"]);
            let is_open = desk.opens("bob", "secrets/c.yaml").is_some();
            assert_eq!(after == before, is_open);
        }
        assert_eq!(
            desk.git(&["status", "--porcelain"]),
            "",
            "killed after {wait:?}"
        );
        if ended {
            break;
        }
        wait += Duration::from_millis(15);
    }
}

/// Runs a command until it is done: a git of the process that was killed may still hold the index.
fn until_done(desk: &Desk, command: &str) {
    let done = (0..50).any(|_| desk.keydance("alice", &[command]).code == 0);
    assert!(done, "{}", desk.keydance("alice", &[command]).stderr);
}

/// Kills a process after a time. Whether it had ended by then.
fn wait_for(child: &mut std::process::Child, time: Duration) -> bool {
    let deadline = std::time::Instant::now() + time;
    while std::time::Instant::now() < deadline {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}
