//! What an event does or did.

use std::collections::BTreeMap;
use std::io::Write as _;

use keydance_git::event::Plan;
use serde::Serialize;

use crate::render::{HEADING, Page, QUIET, Render, printable, styled};

/// What an event does or did.
#[derive(Debug, Serialize)]
pub(super) struct Receipt {
    data: Data,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    event: String,
    state: State,
    commit: Option<String>,
    files: Vec<File>,
    /// Groups with another identity, and its number.
    generations: BTreeMap<String, u32>,
    notes: Vec<String>,
    /// What is left to do elsewhere.
    residue: Vec<String>,
}

/// A file that changes.
#[derive(Debug, Serialize)]
struct File {
    path: String,
    change: &'static str,
}

/// How far an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    /// It is done.
    Done,
    /// There was nothing to do.
    Nothing,
    /// Nothing was changed yet.
    Planned,
}

/// More files of one kind than this are counted, not listed.
const LISTED: usize = 20;

impl Receipt {
    pub(super) fn of(plan: &Plan, state: State, commit: Option<&str>) -> Self {
        let file = |(path, change): (&String, &keydance_git::event::Change)| File {
            path: path.clone(),
            change: change.kind.word(),
        };
        let generations = plan.generations.iter();
        Self {
            data: Data {
                event: plan.title.clone(),
                state,
                commit: commit.map(str::to_owned),
                files: plan.changes.iter().map(file).collect(),
                generations: generations
                    .map(|(group, number)| (group.to_string(), *number))
                    .collect(),
                notes: plan.notes.clone(),
                residue: plan.residue.clone(),
            },
        }
    }

    /// Shows it to whoever is about to be asked.
    pub(super) fn show_on_stderr(&self) {
        let mut page = Page::default();
        self.render(&mut page);
        // Nobody can be asked where this cannot be read.
        drop(anstream::stderr().write_all(page.as_str().as_bytes()));
    }
}

impl Render for Receipt {
    fn render(&self, page: &mut Page) {
        let Data {
            event,
            state,
            commit,
            files,
            generations,
            notes,
            residue,
        } = &self.data;
        page.text(&styled(HEADING, printable(event)));
        if *state == State::Nothing {
            page.line("nothing to do");
            return;
        }
        let shown = |file: &&File| files.len() <= LISTED || file.change != "new data key";
        for File { path, change } in files.iter().filter(shown) {
            page.line(format_args!("  {change:<13} {path}"));
        }
        let hidden = files.iter().filter(|file| !shown(file)).count();
        if hidden > 0 {
            page.line(format_args!("  {:<13} {hidden} files", "new data key"));
        }
        for (group, number) in generations {
            page.line(format_args!("  @{group} has generation {number}"));
        }
        for note in notes {
            page.line(format_args!("note: {note}"));
        }
        for left in residue {
            page.line(format_args!("left to do: {left}"));
        }
        match (state, commit) {
            (State::Planned, _) => {
                page.text(&styled(QUIET, "nothing was changed; --apply does it"))
            }
            (_, Some(commit)) => page.line(format_args!("commit {commit}")),
            (_, None) => page.line("not committed"),
        }
    }
}
