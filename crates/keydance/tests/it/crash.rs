//! `kill -9` while clients write and are handed secrets, a hundred times on each database.
//!
//! The clients keep their own books outside the server. After each restart these are held against
//! the log, the log against its signed head, and the tables against each other.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what goes wrong here fails the story"
)]

mod checks;
pub(crate) mod database;
pub(crate) mod log;
pub(crate) mod random;
pub(crate) mod writer;

use std::sync::mpsc;
use std::time::Duration;

use keydance_testkit::{Backend, Client, Options, Server, both};

use crate::audit::assert_as_logged;

use self::database::Tables;
use self::log::Log;
use self::random::Random;
use self::writer::{Tally, Writer};

const CYCLES: u64 = 100;
const WRITERS: u64 = 5;

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_done_when_the_server_is_killed() {
    both(|backend| {
        let mut story = Story::begin(backend);
        for cycle in 0..CYCLES {
            let findings = story.cycle();
            assert!(findings.is_empty(), "cycle {cycle}: {findings:#?}");
        }
        story.end();
    });
}

struct Story {
    server: Server,
    token: String,
    random: Random,
    writers: Vec<Writer>,
    log: Log,
}

impl Story {
    fn begin(backend: Backend) -> Self {
        let server = Server::start(&unlimited(Options::new(
            env!("CARGO_BIN_EXE_keydance"),
            backend,
        )));
        let mut random = Random::seeded(&format!("crash on {backend:?}"));
        let writers = (0..WRITERS)
            .map(|nth| Writer::new(format!("writer{nth}"), random.fork()))
            .collect();
        Self {
            token: server.admin_token(),
            server,
            random,
            writers,
            log: Log::new(),
        }
    }

    /// Work, death, life, and what does not fit afterwards.
    fn cycle(&mut self) -> Vec<String> {
        let answers_before = usize::try_from(self.random.between(1, 16)).unwrap_or(1);
        let time_before = Duration::from_micros(self.random.between(1, 40_000));
        let (url, token) = (self.server.url(), self.token.clone());
        let server = &mut self.server;
        let (answered, answers) = mpsc::channel();
        std::thread::scope(|scope| {
            for writer in &mut self.writers {
                let (client, answered) = (client(&url, &token), answered.clone());
                scope.spawn(move || writer.work(&client, &answered));
            }
            // However slow the machine is, there is something to lose.
            answers.iter().take(answers_before).for_each(drop);
            wait(time_before);
            server.kill_9();
        });
        let died_at = Tables::of(server.home()).now();
        server.restart();
        let tables = Tables::of(server.home());
        tables.settle(&died_at);
        let client = client(&url, &token);
        let mut findings = self.log.follow(&client);
        findings.extend(tables.halves());
        for writer in &mut self.writers {
            findings.extend(writer.settle(&self.log, &client));
        }
        findings
    }

    /// Everything once more, read from the beginning.
    fn end(&self) {
        let client = client(&self.server.url(), &self.token);
        let reviews = self
            .writers
            .iter()
            .flat_map(|writer| writer.review(&client));
        let mut findings: Vec<String> = reviews.collect();
        findings.extend(Log::new().follow(&client));
        assert!(findings.is_empty(), "{findings:#?}");
        assert_as_logged(&self.server, "main");
        let tally = self
            .writers
            .iter()
            .map(Writer::tally)
            .fold(Tally::default(), sum);
        show(&tally, self.log.events().len());
        // Requests were really cut off, before and after what they asked for was done.
        assert!(
            tally.unknown_done > 0 && tally.unknown_not_done > 0,
            "{tally:?}"
        );
        assert!(tally.handed_out > 0, "{tally:?}");
    }
}

pub(crate) fn unlimited(options: Options) -> Options {
    ["account_token", "execution_token", "failed_authentication"]
        .iter()
        .fold(options, |options, limit| {
            options.set(&format!("limits.{limit}"), "0")
        })
}

/// A client with connections of its own.
pub(crate) fn client(url: &str, token: &str) -> Client {
    Client::new(url).under("/api/v1", token)
}

fn sum(left: Tally, right: Tally) -> Tally {
    Tally {
        acknowledged: left.acknowledged + right.acknowledged,
        handed_out: left.handed_out + right.handed_out,
        unknown_done: left.unknown_done + right.unknown_done,
        unknown_not_done: left.unknown_not_done + right.unknown_not_done,
    }
}

#[expect(clippy::print_stdout, reason = "how much a run has proved")]
fn show(tally: &Tally, events: usize) {
    println!(
        "{:?}: {tally:?}, {events} events",
        std::thread::current().name()
    );
}

/// Nobody sends anything: only the time passes.
fn wait(duration: Duration) {
    let (_sender, nothing) = mpsc::channel::<()>();
    let _: Result<(), _> = nothing.recv_timeout(duration);
}
