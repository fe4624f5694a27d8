//! Requests about what is in a file.

use super::super::super::failure::Exit;
use super::super::super::request::{Rules, ValueType};
use super::*;

#[test]
fn encrypt_takes_recipients_rules_and_context() {
    let line = "encrypt -a age1x,\u{20}age1y --pgp FP -k arn:1,arn:2 --aws-profile p \
                --encryption-context a:b,c:d --encrypted-regex ^x \
                --shamir-secret-sharing-threshold 2 f";
    let line = line.replace(",\u{20}", ",");
    let expected = Encrypt {
        creation: Creation {
            keys: Keys {
                age: strings(&["age1x", "age1y"]),
                pgp: strings(&["FP"]),
                kms: strings(&["arn:1", "arn:2"]),
                aws_profile: Some("p".to_owned()),
                context: vec![
                    ("a".to_owned(), "b".to_owned()),
                    ("c".to_owned(), "d".to_owned()),
                ],
                ..Keys::default()
            },
            threshold: Some(2),
            rules: Rules {
                encrypted_regex: Some("^x".to_owned()),
                ..Rules::default()
            },
        },
        ..encrypt("f")
    };
    for face in BOTH {
        let Request::Encrypt(request) = meant(face, &line) else {
            panic!("not encrypt");
        };
        assert_eq!(request, expected);
    }
}

#[test]
fn rules_about_comments_are_heeded_before_and_after_the_command() {
    let expected = Request::Encrypt(Encrypt {
        creation: Creation {
            rules: Rules {
                encrypted_comment_regex: Some("sops:enc".to_owned()),
                mac_only_encrypted: true,
                ..Rules::default()
            },
            ..Creation::default()
        },
        ..encrypt("f")
    });
    for line in [
        "--encrypted-comment-regex sops:enc --mac-only-encrypted encrypt f",
        "encrypt --encrypted-comment-regex sops:enc --mac-only-encrypted f",
    ] {
        for face in BOTH {
            assert_eq!(meant(face, line), expected, "{line}");
        }
    }
}

#[test]
fn standard_input_needs_a_name_to_be_encrypted_and_has_no_place() {
    for face in BOTH {
        assert_eq!(fails(face, "encrypt").exit(), Exit::Conflict);
        assert_eq!(
            fails(face, "encrypt -i --filename-override a").exit(),
            Exit::Conflict
        );
        assert_eq!(fails(face, "decrypt -i").exit(), Exit::Conflict);
        assert_eq!(
            fails(face, "decrypt -i --output a f").exit(),
            Exit::Conflict
        );
        let expected = Request::Encrypt(Encrypt {
            input: Input::Stdin,
            filename_override: Some("a.yaml".into()),
            ..encrypt("")
        });
        assert_eq!(meant(face, "encrypt --filename-override a.yaml"), expected);
        let expected = Request::Decrypt(Decrypt {
            input: Input::Stdin,
            ..decrypt("")
        });
        assert_eq!(meant(face, "decrypt"), expected);
    }
}

#[test]
fn several_files_are_worked_on_by_us_only() {
    let environment = Environment::default();
    let Request::Decrypt(request) = meant(Keydance, "decrypt a b c/**") else {
        panic!("not decrypt");
    };
    assert_eq!(request.input, Input::Files(paths(&["a", "b", "c/**"])));
    let one = invoke(Sops, &["decrypt", "a", "b"], &environment).unwrap();
    assert_eq!(one.request, Request::Decrypt(decrypt("a")));
    assert_eq!(one.warnings.len(), 1);
    assert_eq!(fails(Keydance, "encrypt a b").exit(), Exit::Conflict);
    assert_eq!(fails(Keydance, "rotate a b").exit(), Exit::Conflict);
    assert_eq!(
        fails(Keydance, "decrypt --output c a b").exit(),
        Exit::Conflict
    );
    meant(Keydance, "encrypt -i a b");
    meant(Keydance, "rotate -i a b");
    for face in BOTH {
        let Request::UpdateKeys(request) = meant(face, "updatekeys -y a b") else {
            panic!("not updatekeys");
        };
        assert_eq!((request.files, request.yes), (paths(&["a", "b"]), true));
    }
}

#[test]
fn set_takes_its_value_from_three_places() {
    for face in BOTH {
        let expected = Set {
            idempotent: true,
            ..set("f", "[\"a\"][0]", "{\"b\":1}")
        };
        let line = "set --idempotent f [\"a\"][0] {\"b\":1}";
        assert_eq!(meant(face, line), Request::Set(expected));
        let expected = Set {
            value: NewValue::Stdin,
            ..set("f", "[\"a\"]", "")
        };
        assert_eq!(
            meant(face, "set --value-stdin f [\"a\"]"),
            Request::Set(expected)
        );
        let expected = Set {
            value: NewValue::File("v".into()),
            ..set("f", "[\"a\"]", "")
        };
        assert_eq!(
            meant(face, "set --value-file f [\"a\"] v"),
            Request::Set(expected)
        );
        assert_eq!(fails(face, "set f [\"a\"]").exit(), Exit::NoFile);
        assert_eq!(
            fails(face, "set --value-stdin f [\"a\"] v").exit(),
            Exit::NoFile
        );
        assert_eq!(
            fails(face, "set --value-stdin --value-file f p").exit(),
            Exit::Failed
        );
    }
    let Request::Set(request) = meant(Keydance, "set --type int --create f p 5") else {
        panic!("not set");
    };
    assert_eq!(
        (request.value_type, request.create),
        (Some(ValueType::Int), true)
    );
    assert_eq!(
        fails(Keydance, "set --type number f p 5").exit(),
        Exit::Failed
    );
}

#[test]
fn a_value_is_never_repeated() {
    for line in [
        "set f p secret extra",
        "set --value-stdin f p secret",
        "unset f p secret",
    ] {
        let failure = fails(Keydance, line);
        assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
    }
}

#[test]
fn rotate_adds_and_removes_recipients() {
    for face in BOTH {
        let expected = Request::Rotate(Rotate {
            destination: Destination::InPlace,
            add: Keys {
                age: strings(&["x", "y"]),
                ..Keys::default()
            },
            remove: Keys {
                hc_vault: strings(&["u"]),
                ..Keys::default()
            },
            ..rotate("f")
        });
        assert_eq!(
            meant(face, "rotate -i --add-age x,y --rm-hc-vault-transit u f"),
            expected
        );
        assert_eq!(fails(face, "rotate").exit(), Exit::NoFile);
    }
}

#[test]
fn the_old_style_means_the_same_commands() {
    for face in BOTH {
        let one = |request| old_style("f", vec![request]);
        assert_eq!(meant(face, "f"), one(Request::Edit(edit("f"))));
        assert_eq!(meant(face, "-d f"), one(Request::Decrypt(decrypt("f"))));
        assert_eq!(
            meant(face, "--encrypt f"),
            one(Request::Encrypt(encrypt("f")))
        );
        assert_eq!(meant(face, "-r f"), one(Request::Rotate(rotate("f"))));
        let in_place = Decrypt {
            destination: Destination::InPlace,
            extract: Some("[\"a\"]".to_owned()),
            filename_override: Some("g".into()),
            ..decrypt("f")
        };
        let line = "-d -i --extract [\"a\"] --filename-override g f";
        let Request::OldStyle(mut named) = one(Request::Decrypt(in_place)) else {
            panic!("the old style is asked for");
        };
        named.name = "g".into();
        assert_eq!(meant(face, line), Request::OldStyle(named));
    }
    assert_eq!(fails(Sops, "").exit(), Exit::NoFile);
    assert_eq!(fails(Sops, "-i --output o f").exit(), Exit::Conflict);
    // What nobody knows is a file to edit, even if it was meant as a command.
    assert_eq!(
        meant(Sops, "decrpyt"),
        old_style("decrpyt", vec![Request::Edit(edit("decrpyt"))])
    );
}

#[test]
fn the_old_style_sets_at_the_first_bracket_with_a_blank() {
    let environment = Environment::default();
    let typed = ["--set", "[\"a\"][0] {\"b\": [1] }", "f"];
    let invocation = invoke(Sops, &typed, &environment).unwrap();
    let expected = set("f", "[\"a\"][0]", "{\"b\": [1] }");
    assert_eq!(
        invocation.request,
        old_style("f", vec![Request::Set(expected)])
    );
    assert_eq!(fails(Sops, "--set [\"a\"]1 f").exit(), Exit::SetSyntax);
}

#[test]
fn of_several_modes_the_last_has_the_last_word() {
    let typed = ["-d", "-e", "-i", "-r", "f"];
    let invocation = invoke(Sops, &typed, &Environment::default()).unwrap();
    assert_eq!(invocation.warnings.len(), 1);
    let expected = [
        Request::Encrypt(Encrypt {
            destination: Destination::Nowhere,
            ..encrypt("f")
        }),
        Request::Decrypt(Decrypt {
            destination: Destination::Nowhere,
            ..decrypt("f")
        }),
        Request::Rotate(Rotate {
            destination: Destination::InPlace,
            ..rotate("f")
        }),
    ];
    assert_eq!(invocation.request, old_style("f", expected.into()));
}

#[test]
fn the_old_style_knows_whether_recipients_change() {
    for line in ["-r --add-age x f", "--rm-pgp x f"] {
        let Request::OldStyle(request) = meant(Sops, line) else {
            panic!("not old style");
        };
        assert!(request.changes_recipients && request.rule, "{line}");
    }
}
