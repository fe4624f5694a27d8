//! All other requests.

use keydance_sops::format::Format;

use super::super::super::completion::Shell;
use super::super::super::failure::Exit;
use super::super::super::request::{Listen, Waiting};
use super::*;

#[test]
fn groups_are_added_and_deleted() {
    for face in BOTH {
        let line = "groups add -f f --age x --age y --pgp z -i \
                    --shamir-secret-sharing-threshold=2";
        let expected = GroupsAdd {
            file: "f".into(),
            destination: Destination::InPlace,
            keys: Keys {
                age: strings(&["x", "y"]),
                pgp: strings(&["z"]),
                ..Keys::default()
            },
            threshold: Some(2),
            services: services(),
        };
        assert_eq!(meant(face, line), Request::GroupsAdd(expected));
        let expected = GroupsDelete {
            file: "f".into(),
            destination: Destination::Stdout,
            index: 1,
            threshold: None,
            services: services(),
        };
        assert_eq!(
            meant(face, "groups delete --file f 1"),
            Request::GroupsDelete(expected)
        );
        assert_eq!(fails(face, "groups add --age x").exit(), Exit::NoFile);
        assert_eq!(fails(face, "groups add -f f g").exit(), Exit::Failed);
        assert_eq!(fails(face, "groups delete -f f").exit(), Exit::Failed);
        assert_eq!(fails(face, "groups delete -f f x").exit(), Exit::Failed);
        assert_eq!(fails(face, "groups rename").exit(), Exit::Failed);
    }
}

#[test]
fn commands_are_run_in_three_ways() {
    for face in BOTH {
        let Request::ExecEnv(request) = meant(face, "exec-env --pristine --user u f env") else {
            panic!("not exec-env");
        };
        assert_eq!(request.command, "env");
        assert_eq!(
            (request.pristine, request.user.as_deref()),
            (true, Some("u"))
        );
        assert_eq!(request.waiting, Waiting::Waits);
        let Request::ExecEnv(request) = meant(face, "exec-env --same-process f env") else {
            panic!("not exec-env");
        };
        assert_eq!(request.waiting, Waiting::Becomes);
        let line = "exec-file --no-fifo --filename n --background f cat";
        let Request::ExecFile(request) = meant(face, line) else {
            panic!("not exec-file");
        };
        assert_eq!((request.fifo, request.waiting), (false, Waiting::Ends));
        assert_eq!(request.filename, Some("n".into()));
        assert_eq!(fails(face, "exec-env f").exit(), Exit::Failed);
        assert_eq!(fails(face, "exec-file f a b").exit(), Exit::Failed);
        let both = "exec-env --same-process --background f env";
        assert_eq!(fails(face, both).exit(), Exit::Conflict);
    }
}

#[test]
fn the_key_service_listens_on_loopback_unless_told_otherwise() {
    for face in BOTH {
        let listens = |line| match meant(face, line) {
            Request::KeyService(request) => request.listen,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            listens("keyservice"),
            Listen::Tcp("127.0.0.1:5000".to_owned())
        );
        let unix = listens("keyservice --net unix --addr /tmp/s");
        assert_eq!(unix, Listen::Unix("/tmp/s".into()));
        assert_eq!(
            fails(face, "keyservice --network pigeon").exit(),
            Exit::Failed
        );
    }
}

#[test]
fn the_rest_of_the_commands_are_understood() {
    let Request::Unset(unset) = meant(Sops, "unset --idempotent f [\"a\"]") else {
        panic!("not unset");
    };
    assert_eq!((unset.path.as_str(), unset.idempotent), ("[\"a\"]", true));
    assert_eq!(fails(Sops, "unset f").exit(), Exit::NoFile);
    let Request::Publish(publish) = meant(Sops, "publish -y --recursive d") else {
        panic!("not publish");
    };
    assert!(publish.yes && publish.recursive && !publish.omit_extensions);
    let Request::FileStatus(status) = meant(Sops, "filestatus --input-type ini f") else {
        panic!("not filestatus");
    };
    assert_eq!(status.input_type, Some(Format::Ini));
    let Request::Edit(request) = meant(Sops, "edit -s --ignore-mac f") else {
        panic!("not edit");
    };
    assert!(request.show_master_keys && request.opening.ignore_mac);
    let Request::Replace(replace) = meant(Keydance, "replace f -") else {
        panic!("not replace");
    };
    assert_eq!(replace.plain, Input::Stdin);
    let Request::Replace(replace) = meant(Keydance, "replace f g") else {
        panic!("not replace");
    };
    assert_eq!(replace.plain, Input::Files(paths(&["g"])));
    let Request::Diff(diff) = meant(Keydance, "diff --reveal a b") else {
        panic!("not diff");
    };
    assert_eq!(
        (diff.old, diff.new, diff.reveal),
        ("a".into(), "b".into(), true)
    );
    let Request::MergeDriver(merge) = meant(Keydance, "merge-driver O A B 7 p/f") else {
        panic!("not merge-driver");
    };
    assert_eq!((merge.ours, merge.path), ("A".into(), "p/f".into()));
    assert!(matches!(meant(Keydance, "verify a b"), Request::Verify(_)));
    assert!(matches!(
        meant(Keydance, "recipients a b"),
        Request::Recipients(_)
    ));
    assert_eq!(
        meant(Sops, "completion zsh"),
        Request::Completion(Shell::Zsh)
    );
}
