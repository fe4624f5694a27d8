//! `keydance graph`.

mod scene;

use std::path::PathBuf;

use keydance_git::graph::{Graph, Reach};
use serde::Serialize;

use super::Context;
use super::exposed::open;
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::{Page, Render};
use scene::Scene;

/// Draw who reaches what in a repository, and through which group
///
/// People and machines, the groups they are in, and the paths that these read, by the roster that is
/// committed. A time shows who was in which group as is known today, also if it was written down
/// later; a commit shows what was known in it. As Mermaid, which forges show as a picture, or as SVG.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the ways through a person, machine, group (`@payments`) or path
    #[arg(value_name = "NAME|PATH")]
    about: Option<String>,
    /// As it was in a commit or at a time, such as v1.2 or 2026-05-01
    #[arg(long, value_name = "COMMIT|TIME", conflicts_with = "between")]
    at: Option<String>,
    /// What changed from one commit or time to another
    #[arg(long, value_name = "FROM..TO")]
    between: Option<String>,
    /// As SVG
    #[arg(long)]
    svg: bool,
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

/// Draws it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let repository = open(context, args.repo.as_deref())?;
    let (graph, title) = match (&args.between, &args.at) {
        (Some(between), _) => {
            let (from, to) = ends(between)?;
            let (from, to) = (Scene::at(&repository, from)?, Scene::at(&repository, to)?);
            let before = args.reach(&from, &to)?;
            let title = format!("{}, from {:.0} to {:.0}", to.name(), from.at, to.at);
            (Graph::between(&before, &args.reach(&to, &from)?), title)
        }
        (None, at) => {
            let scene = match at {
                Some(at) => Scene::at(&repository, at)?,
                None => Scene::now(&repository)?,
            };
            let title = format!("{} at {:.0}", scene.name(), scene.at);
            (Graph::new(&args.reach(&scene, &scene)?), title)
        }
    };
    let text = if args.svg {
        graph.svg(&title)
    } else {
        graph.mermaid()
    };
    Ok(Output::new(&Drawn::new(&graph, title, text)))
}

impl Args {
    /// What a scene shows of it. Whoever came between two is nobody in the first, and no mistake.
    fn reach(&self, scene: &Scene, other: &Scene) -> Result<Reach, Failure> {
        let Some(about) = &self.about else {
            return Ok(scene.reach());
        };
        let end = scene
            .end(about)
            .or_else(|| other.end(about))
            .ok_or_else(|| {
                let message = format!("{about} is nobody here, and no path that a rule matches");
                Failure::new(Kind::NotFound, message)
                    .hint("names are like alice, @payments or node:web-1; paths begin at the top")
            })?;
        Ok(scene.reach().through(&end))
    }
}

fn ends(between: &str) -> Result<(&str, &str), Failure> {
    let ends = between.split_once("..");
    let ends = ends.filter(|(from, to)| !from.is_empty() && !to.is_empty());
    ends.ok_or_else(|| {
        Failure::usage("--between takes two moments")
            .hint("write FROM..TO: v1..v2 or 2026-01-01..2026-05-01")
    })
}

/// A graph as data and as a text.
#[derive(Serialize)]
struct Drawn {
    data: Data,
    #[serde(skip)]
    text: String,
}

/// As programs read it.
#[derive(Serialize)]
struct Data {
    title: String,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

#[derive(Serialize)]
struct Node {
    name: String,
    note: Option<String>,
    change: &'static str,
}

#[derive(Serialize)]
struct Edge {
    from: String,
    to: String,
    change: &'static str,
}

impl Drawn {
    fn new(graph: &Graph, title: String, text: String) -> Self {
        let node = |node: &keydance_git::graph::Node| Node {
            name: node.end.to_string(),
            note: node.note.clone(),
            change: node.change.word(),
        };
        let name = |at: usize| graph.nodes[at].end.to_string();
        let edge = |edge: &keydance_git::graph::Edge| Edge {
            from: name(edge.from),
            to: name(edge.to),
            change: edge.change.word(),
        };
        Self {
            data: Data {
                title,
                nodes: graph.nodes.iter().map(node).collect(),
                edges: graph.edges.iter().map(edge).collect(),
            },
            text,
        }
    }
}

impl Render for Drawn {
    fn render(&self, page: &mut Page) {
        page.text(self.text.trim_end_matches('\n'));
    }
}
