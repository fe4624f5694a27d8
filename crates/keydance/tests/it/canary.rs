//! A secret that would be recognised anywhere is used in every way there is, rightly and wrongly,
//! and then looked for wherever it must not be, in every spelling.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what goes wrong here fails the story"
)]

mod evidence;
mod memory;
mod spelling;
mod use_it;

use std::path::{Path, PathBuf};

use keydance_testkit::{Options, Organisation, Server, both};

use self::evidence::Evidence;
use self::spelling::Needles;
use self::use_it::Usage;
use crate::crash::database::sqlite_file;
use crate::crash::random::Random;
use crate::crash::unlimited;

#[test]
fn a_secret_is_found_nowhere_but_where_it_was_asked_for() {
    both(|backend| {
        let options = unlimited(Options::new(env!("CARGO_BIN_EXE_keydance"), backend));
        let mut server = Server::start(&options);
        let mut evidence = Evidence::default();
        let mut usage = Usage::new(Random::seeded(&format!("canary on {backend:?}")));
        {
            let organisation = Organisation::first(&server);
            usage.everything(&organisation, &mut evidence);
            usage.by_command_line(&server, &mut evidence);
            evidence.keep(
                "the dump",
                server
                    .home()
                    .database()
                    .map(|it| it.dump())
                    .unwrap_or_default(),
            );
            evidence.keep_process("the server", server.process_id());
        }
        let needles = Needles::of(&usage.canaries);
        assert_eq!(evidence.search(&needles, &places(&server)), [""; 0]);
        let stopped = server.terminate();
        assert!(stopped.success(), "{stopped}");
        server.restart();
        evidence.keep("the server's log", server.log().into_bytes());
        let places = places(&server);
        assert!(places.iter().all(|place| place.exists()), "{places:?}");
        assert_eq!(evidence.search(&needles, &places), [""; 0]);
        // A name is no secret: it is there, and found.
        let name = Needles::of(std::slice::from_ref(&usage.name));
        assert!(!Evidence::default().search(&name, &places).is_empty());
    });
}

/// Where the database keeps what it is given. The files with keys and tokens are not among them.
fn places(server: &Server) -> Vec<PathBuf> {
    let Some(database) = server.home().database() else {
        let file = sqlite_file(server.home());
        let beside = |end: &str| PathBuf::from(format!("{}{end}", file.display()));
        return vec![beside("-wal"), beside("-shm"), file];
    };
    let folder = cluster_of(database.url());
    let sql = "select oid from pg_database where datname = current_database()";
    let oid = database.sql(sql).expect("PostgreSQL answers");
    vec![
        folder.join("base").join(oid),
        folder.join("pg_wal"),
        folder.parent().unwrap_or(Path::new("/")).join("log"),
    ]
}

/// The data folder of the PostgreSQL that listens at this URL's port: its working directory.
fn cluster_of(url: &str) -> PathBuf {
    let (_, port) = url.rsplit_once(':').expect("a URL names a port");
    let (port, _) = port.split_once('/').expect("a URL names a database");
    let wanted = format!("port={port}");
    let processes = std::fs::read_dir("/proc")
        .expect("a process table")
        .flatten();
    let mut folders = processes.filter_map(|process| {
        let arguments = std::fs::read(process.path().join("cmdline")).ok()?;
        let is_it = arguments
            .split(|byte| *byte == 0)
            .any(|word| word == wanted.as_bytes());
        is_it.then(|| std::fs::read_link(process.path().join("cwd")).ok())?
    });
    folders
        .find(|folder| folder.join("PG_VERSION").exists())
        .expect("PostgreSQL runs on this machine")
}

#[test]
fn a_secret_in_any_spelling_would_be_found() {
    let canaries = ["kdcanary0123456789abcdef/+=ü".to_owned()];
    let needles = Needles::of(&canaries);
    for (name, bytes) in needles.every() {
        let mut evidence = Evidence::default();
        let hidden = [b"\x00\xffbefore\n".as_slice(), bytes, b"after\x00"].concat();
        evidence.keep("a page", hidden);
        evidence.keep("another page", b"kdcanary of somebody else".to_vec());
        let found = evidence.search(&needles, &[]);
        assert_eq!(found, ["a page"], "{name}");
    }
}

#[test]
fn a_secret_inside_other_text_would_be_found_in_base64() {
    let canaries = ["kdcanary0123456789abcdef/+=ü".to_owned()];
    let needles = Needles::of(&canaries);
    for before in ["", "x", "xy"] {
        let mut evidence = Evidence::default();
        let text = format!("{before}{}, and on", canaries[0]);
        evidence.keep("a page", spelling::base64(text.as_bytes()).into_bytes());
        assert_eq!(evidence.search(&needles, &[]), ["a page"], "{before}");
    }
}
