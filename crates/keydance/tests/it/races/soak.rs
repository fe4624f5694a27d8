//! Everything at once, at random, for a few seconds on two replicas.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use keydance_testkit::{Client, Request};
use serde_json::{Value, json};

use super::history::{Act, Kind, Seen, late_hand_outs};
use super::owners::create;
use super::replay;
use super::replicas::{Person, Replicas, WRONG_REFERENCES, flow};
use crate::crash::log::Log;
use crate::crash::random::Random;

/// At least this long, and until enough happened.
const FOR: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(60);
const ENOUGH: u32 = 20;
const WRITERS: usize = 6;
const CREDENTIALS: usize = 3;
const FLOWS: usize = 4;

#[test]
fn random_writers_on_two_replicas_leave_nothing_wrong() {
    let replicas = Replicas::start();
    let organisation = replicas.organisation();
    let people = ["ana", "ben", "cat"].map(|id| replicas.person(&organisation.person(id)));
    let admin = replicas.person(&organisation.admin);
    let mut random = Random::seeded("random writers");
    let others = [people[1].owner(), people[2].owner()];
    let credentials = [(); CREDENTIALS].map(|()| create(&people[0].at[0], &others));
    let flows = [(); FLOWS].map(|()| random.id());
    let stage = Stage {
        people: &people,
        credentials: &credentials,
        flows: &flows,
        runs: Mutex::default(),
        begun_at: Instant::now(),
        handed_out: AtomicU32::new(0),
        removed: AtomicU32::new(0),
    };
    let is_over = AtomicBool::new(false);
    let tables = replicas.tables();
    let (wrong, books) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut wrong = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                wrong.extend(tables.list(WRONG_REFERENCES));
            }
            wrong
        });
        let writers: Vec<_> = (0..WRITERS)
            .map(|nth| {
                let (random, stage) = (random.fork(), &stage);
                scope.spawn(move || Writer::new(nth, random, stage).work())
            })
            .collect();
        let books: Vec<Books> = writers
            .into_iter()
            .map(|writer| writer.join().expect("a writer ends"))
            .collect();
        is_over.store(true, Ordering::Relaxed);
        (watcher.join().expect("the watcher ends"), books)
    });
    assert_eq!(wrong, [""; 0]);
    let books = books.into_iter().fold(Books::default(), Books::and);
    let mut log = Log::new();
    let mut findings = log.follow(&admin.at[1]);
    findings.extend(replay::findings(books.references, log.events()));
    findings.extend(late_hand_outs(&books.acts));
    findings.extend(books.surprises);
    assert!(findings.is_empty(), "{findings:#?}");
    let done = [&stage.handed_out, &stage.removed].map(|count| count.load(Ordering::Relaxed));
    assert!(
        done.iter().all(|count| *count >= ENOUGH),
        "too little happened: {done:?}"
    );
}

/// What the writers share.
struct Stage<'a> {
    people: &'a [Person],
    credentials: &'a [String],
    flows: &'a [String],
    runs: Mutex<Vec<Run>>,
    begun_at: Instant,
    handed_out: AtomicU32,
    removed: AtomicU32,
}

#[derive(Clone)]
struct Run {
    id: String,
    token: String,
    credential: String,
    starter: String,
}

/// What a writer saw.
#[derive(Default)]
struct Books {
    acts: Vec<Act>,
    references: HashMap<String, String>,
    surprises: Vec<String>,
}

impl Stage<'_> {
    fn is_over(&self) -> bool {
        let passed = self.begun_at.elapsed();
        let is_enough = |count: &AtomicU32| count.load(Ordering::Relaxed) >= ENOUGH;
        let enough = is_enough(&self.handed_out) && is_enough(&self.removed);
        passed > LONGEST || (passed > FOR && enough)
    }
}

struct Writer<'a> {
    nth: usize,
    random: Random,
    stage: &'a Stage<'a>,
    requests: u32,
    books: Books,
}

impl<'a> Writer<'a> {
    fn new(nth: usize, random: Random, stage: &'a Stage<'a>) -> Self {
        Self {
            nth,
            random,
            stage,
            requests: 0,
            books: Books::default(),
        }
    }

    fn work(mut self) -> Books {
        while !self.stage.is_over() {
            self.step();
        }
        self.books
    }

    fn step(&mut self) {
        let stage = self.stage;
        let person = pick(&mut self.random, stage.people);
        let client = pick(&mut self.random, &person.at);
        let credential = pick(&mut self.random, stage.credentials);
        let flow = pick(&mut self.random, stage.flows);
        let owner = pick(&mut self.random, stage.people);
        match self.random.below(100) {
            0..18 => self.store(client, person, flow, credential),
            18..42 => {
                let path = format!("/credentials/{credential}/owners");
                let seen = self.send(client.post(&path).json(&owner.owner()));
                self.note(&seen, Kind::Added, credential, &[&owner.id]);
            }
            42..52 => {
                let force = self.random.percent(70);
                let path = format!(
                    "/credentials/{credential}/owners?id={}&force={force}",
                    owner.id
                );
                let seen = self.send(client.delete(&path));
                self.note(&seen, Kind::Removed, credential, &[&owner.id]);
            }
            52..64 => self.start(client, person, flow),
            64..88 => self.fetch(),
            88..92 => drop(self.send(client.post(&format!("/flows/{flow}/recheck")))),
            92..96 => {
                let path = format!("/credentials/{credential}");
                let key = json!({"value": {"key": self.random.id()}});
                drop(self.send(client.patch(&path).json(&key)));
            }
            _ => drop(self.send(client.delete(&format!("/flows/{flow}/executions")))),
        }
    }

    fn store(&mut self, client: &Client, author: &Person, id: &str, credential: &str) {
        let mut owners = vec![author.owner()];
        let further = pick(&mut self.random, self.stage.people);
        if further.id != author.id {
            owners.push(further.owner());
        }
        let request_id = format!("{}-{}", self.nth, self.requests);
        let path = format!("/flows/{id}?endExecutions=true");
        self.books
            .references
            .insert(request_id, credential.to_owned());
        drop(self.send(client.put(&path).json(&flow(&owners, credential))));
    }

    fn start(&mut self, client: &Client, starter: &Person, flow: &str) {
        let seen = self.send(
            client
                .post(&format!("/flows/{flow}/executions"))
                .json(&json!({})),
        );
        if !seen.is_done() {
            return;
        }
        let data = seen.answer.data();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let run = Run {
            id: text(&data["id"]),
            token: text(&data["token"]),
            credential: text(&data["credentials"][0]["_id"]),
            starter: starter.id.clone(),
        };
        self.runs().push(run);
    }

    fn fetch(&mut self) {
        let newest: Vec<Run> = self.runs().iter().rev().take(5).cloned().collect();
        if newest.is_empty() {
            return;
        }
        let run = pick(&mut self.random, &newest);
        let person = pick(&mut self.random, self.stage.people);
        let client = pick(&mut self.random, &person.at);
        let path = format!("/executions/{}/credentials/{}", run.id, run.credential);
        let seen = self.send(client.get(&path).bearer(&run.token));
        // One owner is known from outside: flows here are started by theirs only.
        self.note(&seen, Kind::HandedOut, &run.credential, &[&run.starter]);
    }

    fn runs(&self) -> std::sync::MutexGuard<'_, Vec<Run>> {
        self.stage
            .runs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&mut self, request: Request<'_>) -> Seen {
        let request_id = format!("{}-{}", self.nth, self.requests);
        self.requests += 1;
        let seen = Seen::send(request.header("X-Request-Id", &request_id));
        if !matches!(seen.answer.status, 200..300 | 401 | 403 | 404 | 409) {
            self.books.surprises.push(seen.answer.text());
        }
        seen
    }

    fn note(&mut self, seen: &Seen, kind: Kind, credential: &str, owners: &[&str]) {
        if seen.is_done() {
            let count = match kind {
                Kind::HandedOut => Some(&self.stage.handed_out),
                Kind::Removed => Some(&self.stage.removed),
                Kind::Added => None,
            };
            count.map(|count| count.fetch_add(1, Ordering::Relaxed));
            self.books.acts.push(seen.act(kind, credential, owners));
        }
    }
}

impl Books {
    fn and(mut self, other: Self) -> Self {
        self.acts.extend(other.acts);
        self.references.extend(other.references);
        self.surprises.extend(other.surprises);
        self
    }
}

fn pick<'x, T>(random: &mut Random, from: &'x [T]) -> &'x T {
    let count = u64::try_from(from.len()).unwrap_or(1);
    &from[usize::try_from(random.below(count)).unwrap_or_default()]
}
