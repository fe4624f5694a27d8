//! Statements that go out together. The server works through them in order while we do not wait.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio_postgres::{Client, Row, Statement};

use super::{borrowed, classify};
use crate::error::Result;
use crate::value::Value;

/// Up to this many, all are sent in the order in which they were written down.
const TOGETHER: usize = 24;

type Sent<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// What waits for the next statement.
#[derive(Default)]
pub(super) struct Pipeline {
    deferred: Vec<Sent<()>>,
    gathering: Gathering,
}

/// Queries that do not depend on one another.
#[derive(Default)]
enum Gathering {
    #[default]
    No,
    /// They are written down.
    Asking(Vec<(Question, Sent<Vec<Row>>)>),
    /// They were sent.
    Answering(VecDeque<(Question, Result<Vec<Row>>)>),
}

/// A query as it is recognised when it is asked again.
#[derive(PartialEq)]
pub(super) struct Question {
    sql: &'static str,
    values: Vec<Value<'static>>,
}

/// What is known about a query.
pub(super) enum Gathered {
    /// It was sent with others, and this is its answer.
    Answer(Result<Vec<Row>>),
    /// It is to be written down.
    Later,
    /// It goes out alone.
    Nothing,
}

impl Pipeline {
    /// Whether the next statement must go out before anything else is written down.
    pub(super) fn is_full(&self) -> bool {
        self.deferred.len() >= TOGETHER
    }

    pub(super) fn take_deferred(&mut self) -> Vec<Sent<()>> {
        std::mem::take(&mut self.deferred)
    }

    pub(super) fn command(&mut self, client: &Arc<Client>, sql: &'static str) {
        let client = Arc::clone(client);
        self.deferred.push(Box::pin(async move {
            client.batch_execute(sql).await.map_err(classify)
        }));
    }

    pub(super) fn insert(
        &mut self,
        client: &Arc<Client>,
        statement: Statement,
        rows: &[Vec<Value<'_>>],
    ) {
        let client = Arc::clone(client);
        let values = owned(rows.iter().flatten());
        self.deferred.push(Box::pin(async move {
            let inserted = client.execute(&statement, &borrowed(&values)).await;
            inserted.map(drop).map_err(classify)
        }));
    }

    /// Whether gathering began; not if it is under way already.
    pub(super) fn start_gathering(&mut self) -> bool {
        let starts = matches!(self.gathering, Gathering::No);
        if starts {
            self.gathering = Gathering::Asking(Vec::new());
        }
        starts
    }

    pub(super) fn end_gathering(&mut self) {
        self.gathering = Gathering::No;
    }

    pub(super) fn answer(&mut self, sql: &'static str, values: &[Value<'_>]) -> Gathered {
        match &mut self.gathering {
            Gathering::Asking(asked) if asked.len() < TOGETHER => Gathered::Later,
            Gathering::Answering(answers) => answers
                .iter()
                .position(|(question, _)| question.sql == sql && question.values == values)
                .and_then(|place| answers.remove(place))
                .map_or(Gathered::Nothing, |(_, answer)| Gathered::Answer(answer)),
            _ => Gathered::Nothing,
        }
    }

    pub(super) fn ask(
        &mut self,
        client: &Arc<Client>,
        statement: Statement,
        sql: &'static str,
        values: &[Value<'_>],
    ) {
        let Gathering::Asking(asked) = &mut self.gathering else {
            return;
        };
        let client = Arc::clone(client);
        let values = owned(values.iter());
        let question = Question {
            sql,
            values: values.clone(),
        };
        let answer = async move {
            let rows = client.query(&statement, &borrowed(&values)).await;
            rows.map_err(classify)
        };
        asked.push((question, Box::pin(answer)));
    }

    pub(super) fn take_asked(&mut self) -> Vec<(Question, Sent<Vec<Row>>)> {
        match std::mem::take(&mut self.gathering) {
            Gathering::Asking(asked) => asked,
            Gathering::No | Gathering::Answering(_) => Vec::new(),
        }
    }

    pub(super) fn keep_answers(
        &mut self,
        answers: impl Iterator<Item = (Question, Result<Vec<Row>>)>,
    ) {
        self.gathering = Gathering::Answering(answers.collect());
    }
}

fn owned<'v>(values: impl Iterator<Item = &'v Value<'v>>) -> Vec<Value<'static>> {
    values.map(Value::to_owned).collect()
}
