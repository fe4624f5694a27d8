//! How it may be typed.

use std::num::NonZeroUsize;
use std::time::Duration;

use keydance_sops::format::Format;

use super::super::super::environment::Variable;
use super::super::super::failure::Exit;
use super::super::super::options::Layout;
use super::*;

#[test]
fn one_dash_is_as_good_as_two_and_values_follow_after_a_blank_or_an_equals_sign() {
    let expected = Request::Decrypt(Decrypt {
        destination: Destination::File("out".into()),
        types: Types {
            input: Some(Format::Json),
            output: Some(Format::Yaml),
        },
        ..decrypt("f")
    });
    for face in BOTH {
        for line in [
            "decrypt --output out --input-type json --output-type yaml f",
            "decrypt -output out -input-type json -output-type yaml f",
            "decrypt --output=out --input-type=json --output-type=yaml f",
            "decrypt -output=out -input-type=json -output-type=yaml -- f",
        ] {
            assert_eq!(meant(face, line), expected, "{line}");
        }
    }
}

#[test]
fn switches_may_say_yes_or_no() {
    let in_place = Request::Decrypt(Decrypt {
        destination: Destination::InPlace,
        ..decrypt("f")
    });
    for yes in [
        "-i",
        "--i",
        "--in-place",
        "-in-place=true",
        "-i=1",
        "-i=false -i",
    ] {
        assert_eq!(meant(Sops, &format!("decrypt {yes} f")), in_place, "{yes}");
    }
    let no = meant(Sops, "decrypt -i=F f");
    assert_eq!(no, Request::Decrypt(decrypt("f")));
    assert_eq!(fails(Sops, "decrypt -i=maybe f").exit(), Exit::Failed);
}

#[test]
fn a_late_flag_works_in_sops_and_is_refused_by_us() {
    let expected = Request::Decrypt(Decrypt {
        destination: Destination::InPlace,
        ..decrypt("f")
    });
    assert_eq!(meant(Sops, "decrypt f -i"), expected);
    let failure = fails(Keydance, "decrypt f -i");
    assert_eq!(failure.exit(), Exit::Failed);
    assert!(
        failure.message().contains("flags come first"),
        "{}",
        failure.message()
    );
    // After the two dashes nothing is a flag, and a value may look like one.
    let expected = Request::Set(set("f", "[\"a\"]", "-5"));
    for face in BOTH {
        assert_eq!(meant(face, "set f [\"a\"] -5"), expected);
        assert_eq!(meant(face, "set -- f [\"a\"] -5"), expected);
    }
}

#[test]
fn sops_ignores_what_follows_the_file_and_says_so() {
    let environment = Environment::default();
    for (typed, expected) in [
        (
            &["-d", "f", "-i", "g"][..],
            old_style("f", vec![Request::Decrypt(decrypt("f"))]),
        ),
        (
            &["decrypt", "f", "--nonsense"],
            Request::Decrypt(decrypt("f")),
        ),
        (
            &["--age", "x", "decrypt", "f"],
            Request::Decrypt(decrypt("f")),
        ),
    ] {
        let invocation = invoke(Sops, typed, &environment).unwrap();
        assert_eq!(invocation.request, expected);
        assert_eq!(invocation.warnings.len(), 1, "{typed:?}");
        assert!(invoke(Keydance, typed, &environment).is_err(), "{typed:?}");
    }
}

#[test]
fn our_commands_and_flags_are_unknown_to_sops() {
    for name in ["verify", "replace", "recipients", "diff", "merge-driver"] {
        let expected = old_style(name, vec![Request::Edit(edit(name))]);
        assert_eq!(meant(Sops, name), expected);
    }
    for flag in ["--strict", "--dry-run", "--fail-fast", "--allow-duplicates"] {
        assert_eq!(
            fails(Sops, &format!("decrypt {flag} f")).exit(),
            Exit::Failed
        );
        meant(Keydance, &format!("decrypt {flag} f"));
    }
}

#[test]
fn variables_are_defaults() {
    let environment = Environment::from([
        (Variable::AgeRecipients, "age1x,age1y"),
        (Variable::Config, "/etc/sops.yaml"),
        (Variable::KeyServices, "tcp://a:1, unix:///b"),
        (Variable::LocalKeyService, "false"),
        (Variable::DecryptionOrder, "pgp,age"),
    ]);
    let invocation = invoke(Sops, &["encrypt", "f"], &environment).unwrap();
    assert_eq!(invocation.options.config, Some("/etc/sops.yaml".into()));
    let Request::Encrypt(request) = invocation.request else {
        panic!("not encrypt");
    };
    assert_eq!(request.creation.keys.age, ["age1x", "age1y"]);
    assert!(!request.services.local);
    assert_eq!(request.services.remote, ["tcp://a:1", "unix:///b"]);
    let typed = [
        "encrypt",
        "-a",
        "age1z",
        "--enable-local-keyservice",
        "--keyservice",
        "c",
        "f",
    ];
    let Request::Encrypt(request) = invoke(Sops, &typed, &environment).unwrap().request else {
        panic!("not encrypt");
    };
    assert_eq!(request.creation.keys.age, ["age1z"]);
    assert!(request.services.local);
    assert_eq!(request.services.remote, ["c"]);
    let Request::Decrypt(request) = invoke(Sops, &["decrypt", "f"], &environment)
        .unwrap()
        .request
    else {
        panic!("not decrypt");
    };
    assert_eq!(request.opening.order, ["pgp", "age"]);
}

#[test]
fn a_variable_that_is_neither_yes_nor_no_is_a_failure_and_an_empty_one_is_no() {
    let local = |value| {
        let environment = Environment::from([(Variable::LocalKeyService, value)]);
        match invoke(Sops, &["decrypt", "f"], &environment)?.request {
            Request::Decrypt(request) => Ok::<_, Failure>(request.opening.services.local),
            other => panic!("{other:?}"),
        }
    };
    assert!(local("T").unwrap());
    assert!(!local("").unwrap());
    assert_eq!(local("perhaps").unwrap_err().exit(), Exit::Failed);
}

#[test]
fn what_makes_no_sense_has_its_exit_code() {
    for (line, exit) in [
        ("decrypt --nonsense f", Exit::Failed),
        ("decrypt --output", Exit::Failed),
        ("--indent four f", Exit::Failed),
        (
            "decrypt --decryption-order age,pgp,age f",
            Exit::DuplicateOrder,
        ),
        ("encrypt --encryption-context a f", Exit::KmsContext),
        ("encrypt --encryption-context a:b:c f", Exit::KmsContext),
        ("edit", Exit::NoFile),
        ("updatekeys", Exit::NoFile),
        ("publish", Exit::NoFile),
        ("filestatus", Exit::NoFile),
        ("completion tcsh", Exit::Failed),
        ("help nonsense", Exit::Failed),
        ("-a x --age y f", Exit::Failed),
    ] {
        for face in BOTH {
            assert_eq!(fails(face, line).exit(), exit, "{line}");
        }
    }
    assert_eq!(fails(Keydance, "verify --jobs 0 f").exit(), Exit::Failed);
    assert_eq!(
        fails(Keydance, "encrypt --layout nice f").exit(),
        Exit::Failed
    );
}

#[test]
fn a_type_that_is_none_is_ignored_by_sops_and_refused_by_us() {
    let typed = ["decrypt", "--input-type", "toml", "f"];
    let invocation = invoke(Sops, &typed, &Environment::default()).unwrap();
    assert_eq!(invocation.request, Request::Decrypt(decrypt("f")));
    assert_eq!(invocation.warnings.len(), 1);
    assert_eq!(
        fails(Keydance, "decrypt --input-type toml f").exit(),
        Exit::Failed
    );
}

#[test]
fn options_are_read_wherever_they_stand() {
    let typed = [
        "--config",
        "c",
        "--indent",
        "2",
        "--verbose",
        "set",
        "--dry-run",
        "--lock-timeout",
        "5",
        "--strict",
        "--layout",
        "canonical",
        "f",
        "p",
        "1",
    ];
    let options = invoke(Keydance, &typed, &Environment::default())
        .unwrap()
        .options;
    assert_eq!(options.config, Some("c".into()));
    assert_eq!((options.indent, options.verbose), (Some(2), true));
    assert!(options.dry_run && options.strict && !options.json);
    assert_eq!(options.lock_timeout, Duration::from_secs(5));
    assert_eq!(options.layout, Layout::Canonical);
    let typed = ["verify", "--jobs", "3", "--fail-fast", "--json", "f"];
    let options = invoke(Keydance, &typed, &Environment::default())
        .unwrap()
        .options;
    assert_eq!(options.jobs, NonZeroUsize::new(3));
    assert!(options.fail_fast && options.json);
    assert_eq!(options.lock_timeout, Duration::from_secs(30));
    let typed = ["encrypt", "--strip-cr", "--layout=preserve", "f"];
    let options = invoke(Keydance, &typed, &Environment::default())
        .unwrap()
        .options;
    assert_eq!(
        (options.layout, options.strip_cr),
        (Layout::Preserved, true)
    );
    assert!(!options.allow_duplicates);
}

#[test]
fn help_and_version_need_nothing_else() {
    for face in BOTH {
        for line in [
            "-h",
            "--help",
            "help",
            "decrypt -h",
            "groups",
            "groups add --help",
        ] {
            assert!(matches!(meant(face, line), Request::Help(_)), "{line}");
        }
        for line in ["--version", "-v", "--version --disable-version-check"] {
            assert_eq!(meant(face, line), Request::Version, "{line}");
        }
    }
}
