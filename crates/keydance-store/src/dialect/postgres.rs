//! PostgreSQL. The driver is asynchronous; each connection lives on a thread of ours, where waiting
//! for the answer is what there is to do. So there is little waiting: whatever does not depend on an
//! answer goes out with the next statement.

mod pipeline;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls, Socket, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Access, Weakness};
use crate::error::{Error, Result};
use crate::migrations;
use crate::value::{Row, Value};
use pipeline::{Gathered, Pipeline};

/// Rows that go out with one statement at most.
const MANY: usize = 64;

pub(crate) struct Postgres {
    runtime: Runtime,
    client: Arc<Client>,
    pipeline: Pipeline,
    /// Prepared statements by their text and the number of rows they take.
    statements: HashMap<(&'static str, usize), Statement>,
    /// Transactions begun.
    begun: u64,
}

impl Postgres {
    pub(crate) fn open(url: &str, access: Access) -> Result<Self> {
        let mut config: Config = url
            .parse()
            .map_err(|_| Error::Unavailable("database.url is no address".to_owned()))?;
        config
            .application_name("keydance")
            .connect_timeout(Duration::from_secs(5));
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(io)?;
        let client = match config.get_ssl_mode() {
            SslMode::Disable => runtime.block_on(connect(&config, NoTls))?,
            _ => runtime.block_on(connect(&config, MakeRustlsConnect::new(tls()?)))?,
        };
        let mut connection = Self {
            runtime,
            client: Arc::new(client),
            pipeline: Pipeline::default(),
            statements: HashMap::new(),
            begun: 0,
        };
        connection.command("set search_path = public")?;
        connection.command("set synchronous_commit = on")?;
        match access {
            Access::ReadOnly => connection.command("set default_transaction_read_only = on")?,
            // What writes finds rows by their keys, so one plan is as good as another; lists do not.
            Access::ReadWrite => connection.command("set plan_cache_mode = force_generic_plan")?,
        }
        Ok(connection)
    }

    /// Has plans made anew each time twice as many transactions have begun. A plan made when a table
    /// was small is kept until somebody analyses the table, and looks at every row of it meanwhile.
    pub(crate) fn renew_plans(&mut self) -> Result<()> {
        self.begun = self.begun.saturating_add(1);
        if self.begun.is_power_of_two() {
            self.command("discard plans")?;
        }
        Ok(())
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = match self.pipeline.answer(sql, values) {
            Gathered::Answer(rows) => rows?,
            Gathered::Later => {
                let statement = self.prepare(sql, 1, || ours(sql))?;
                self.pipeline.ask(&self.client, statement, sql, values);
                return Ok(Vec::new());
            }
            Gathered::Nothing => {
                let statement = self.prepare(sql, 1, || ours(sql))?;
                let client = Arc::clone(&self.client);
                self.wait(async move {
                    let answer = client.query(&statement, &borrowed(values)).await;
                    answer.map_err(classify)
                })?
            }
        };
        rows.iter().map(|row| map(&Row::Postgres(row))).collect()
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepare(sql, 1, || ours(sql))?;
        let client = Arc::clone(&self.client);
        self.wait(async move {
            let changed = client.execute(&statement, &borrowed(values)).await;
            changed.map_err(classify)
        })
    }

    /// Sends the rows in portions of 64, 32, … 1, so that there are few statements to prepare. Goes
    /// out with the next statement, which fails if this one does.
    pub(crate) fn insert_many(&mut self, sql: &'static str, rows: &[Vec<Value<'_>>]) -> Result<()> {
        let mut rest = rows;
        while let Some(first) = rest.first() {
            let count = MANY.min(1 << rest.len().ilog2());
            let statement = self.prepare(sql, count, || widened(sql, first.len(), count))?;
            let (portion, after) = rest.split_at(count);
            self.pipeline.insert(&self.client, statement, portion);
            rest = after;
            self.settle_if_full()?;
        }
        Ok(())
    }

    pub(crate) fn command(&mut self, sql: &'static str) -> Result<()> {
        let client = Arc::clone(&self.client);
        self.wait(async move { client.batch_execute(sql).await.map_err(classify) })
    }

    /// Runs a command that nothing depends on before the next statement, which it goes out with.
    pub(crate) fn command_later(&mut self, sql: &'static str) -> Result<()> {
        self.pipeline.command(&self.client, sql);
        self.settle_if_full()
    }

    pub(crate) fn setting(&mut self, name: &'static str, value: &str) -> Result<()> {
        let sql = "select set_config($1, $2, true)";
        let statement = self.prepare(sql, 1, || sql.to_owned())?;
        let values = vec![Value::from(name), Value::from(value)];
        self.pipeline.insert(&self.client, statement, &[values]);
        self.settle_if_full()
    }

    /// Sends what is to go out with the next statement, and waits for the answers.
    pub(crate) fn settle(&mut self) -> Result<()> {
        self.wait(async { Ok(()) })
    }

    fn settle_if_full(&mut self) -> Result<()> {
        if self.pipeline.is_full() {
            self.settle()
        } else {
            Ok(())
        }
    }

    /// From now on queries are only written down; see [`Tx::gather`](crate::Tx::gather).
    pub(crate) fn start_gathering(&mut self) -> bool {
        self.pipeline.start_gathering()
    }

    /// Sends the queries written down. From now on they have their answers.
    pub(crate) fn send_gathered(&mut self) -> Result<()> {
        let asked = self.pipeline.take_asked();
        let (questions, answers): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let answers = self.wait(async { Ok(futures_util::future::join_all(answers).await) })?;
        self.pipeline
            .keep_answers(questions.into_iter().zip(answers));
        Ok(())
    }

    /// Forgets whatever an interrupted transaction left behind.
    pub(crate) fn forget(&mut self) {
        self.pipeline = Pipeline::default();
    }

    /// Forgets what was gathered.
    pub(crate) fn end_gathering(&mut self) {
        self.pipeline.end_gathering();
    }

    /// Sends a statement after everything that is to go out before it, without waiting in between.
    fn wait<T>(&mut self, last: impl Future<Output = Result<T>>) -> Result<T> {
        let before = futures_util::future::join_all(self.pipeline.take_deferred());
        let (before, last) = self
            .runtime
            .block_on(futures_util::future::join(before, last));
        before.into_iter().collect::<Result<()>>()?;
        last
    }

    /// Only a refusal by a rule says that nothing was committed. An answer that was lost, or a server
    /// that went down meanwhile, does not.
    pub(crate) fn commit(&mut self) -> Result<()> {
        self.settle()?;
        self.command("commit").map_err(|error| match error {
            Error::Unavailable(_) => Error::Unknown,
            refused => refused,
        })
    }

    pub(crate) fn weaknesses(&mut self) -> Result<Vec<Weakness>> {
        let sql = "select cast(r.rolsuper as text), cast(r.rolbypassrls as text),
              cast(pg_encoding_to_char(d.encoding) as text)
            from pg_roles r, pg_database d
            where r.rolname = current_user and d.datname = current_database()";
        let mut weaknesses = Vec::new();
        self.query(sql, &[], |row| {
            let [is_super, bypasses] = [row.get::<String>(0)?, row.get(1)?].map(|is| is == "true");
            let encoding: String = row.get(2)?;
            // A superuser bypasses it whatever the account says.
            weaknesses.extend(is_super.then_some(Weakness::Superuser));
            weaknesses.extend((bypasses && !is_super).then_some(Weakness::BypassesRowSecurity));
            weaknesses.extend((encoding != "UTF8").then_some(Weakness::Encoding(encoding)));
            Ok(())
        })?;
        Ok(weaknesses)
    }

    pub(crate) fn migrate(&mut self) -> Result<()> {
        self.command("begin")?;
        self.command("select pg_advisory_xact_lock(7305791144)")?;
        self.command("create table if not exists migration (number bigint primary key)")?;
        let applied = self
            .query(
                "select coalesce(max(number), 0) from migration",
                &[],
                |row| row.get(0),
            )?
            .pop()
            .unwrap_or(0);
        for migration in migrations::missing(migrations::POSTGRES, applied)? {
            self.command(migration.sql)?;
            let number = Value::from(migration.number);
            self.execute("insert into migration values ($1)", &[number])?;
        }
        self.commit()
    }

    fn prepare(
        &mut self,
        sql: &'static str,
        rows: usize,
        text: impl FnOnce() -> String,
    ) -> Result<Statement> {
        let key = (sql, rows);
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self
            .runtime
            .block_on(self.client.prepare(&text()))
            .map_err(classify)?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }
}

async fn connect<T>(config: &Config, tls: T) -> Result<Client>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await.map_err(classify)?;
    // Ends when the client is dropped, with the runtime that drives it.
    drop(tokio::spawn(connection));
    Ok(client)
}

fn ours(sql: &'static str) -> String {
    let mut text = sql
        .replace("FOR LOCK", "for no key update")
        .replace("as BYTES", "as bytea");
    while let Some(start) = text.find("EACH(") {
        let end = start + text[start..].find(") e").unwrap_or(0);
        let list = text[start + 5..end].to_owned();
        text.replace_range(start..end + 3, &listed(&list));
    }
    (0..LISTED).fold(text, |text, n| {
        text.replace(&format!("e.value->>{n}"), &format!("e.c{n}"))
    })
}

/// Columns that an entry of a list has at most.
const LISTED: usize = 4;

/// A list as a table of text columns.
///
/// Row-level security lets no condition reach an index that might tell of a row before it is known to
/// be visible: `->>` might, an equal sign between two columns cannot. Hence columns, and `offset 0`,
/// which keeps them from being put back into the condition. And the planner takes a list for a
/// hundred entries, and would rather read a table of a few thousand rows as a whole than look them
/// up: a condition that always holds, and that it takes for a rare one, lets it start from the list.
fn listed(list: &str) -> String {
    let columns: Vec<_> = (0..LISTED)
        .map(|n| format!("value->>{n} as c{n}"))
        .collect();
    format!(
        "(select {} from jsonb_array_elements(cast(cast({list} as text) as jsonb))
          where jsonb_typeof(value) = 'array' offset 0) e",
        columns.join(", ")
    )
}

/// The statement for one row, with `values (…)` repeated for `rows` of them.
fn widened(sql: &'static str, columns: usize, rows: usize) -> String {
    let Some((head, rest)) = sql.split_once("values (") else {
        return sql.to_owned();
    };
    let tail = rest.split_once(')').map_or("", |(_, tail)| tail);
    let row = |n: usize| {
        let places: Vec<_> = (1..=columns)
            .map(|c| format!("${}", n * columns + c))
            .collect();
        format!("({})", places.join(", "))
    };
    let all: Vec<_> = (0..rows).map(row).collect();
    format!("{head}values {}{tail}", all.join(", "))
}

fn borrowed<'v>(values: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Value::Int(number) => number.to_sql(kind, out),
            Value::Text(text) => text.as_ref().to_sql(kind, out),
            Value::Bytes(bytes) => bytes.as_ref().to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err hands errors over by value"
)]
fn classify(error: tokio_postgres::Error) -> Error {
    let Some(code) = error.code() else {
        return Error::Unavailable("no connection to PostgreSQL".to_owned());
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => Error::Exists,
        SqlState::FOREIGN_KEY_VIOLATION | SqlState::INTEGRITY_CONSTRAINT_VIOLATION => {
            Error::Referenced
        }
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Error::Conflict,
        _ => Error::Unavailable(format!(
            "PostgreSQL said {}: {}",
            code.code(),
            detail(&error)
        )),
    }
}

/// PostgreSQL's own sentence. It names columns and types; values stand in its detail, which stays out.
fn detail(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(String::new, |error| error.message().to_owned())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err hands errors over by value"
)]
fn io(error: std::io::Error) -> Error {
    Error::Unavailable(error.to_string())
}

fn tls() -> Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let bad = |error: rustls::Error| Error::Unavailable(error.to_string());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(bad)?;
    Ok(builder
        .with_platform_verifier()
        .map_err(bad)?
        .with_no_client_auth())
}
