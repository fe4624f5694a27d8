//! The database itself, asked in SQL while the server runs.

use std::path::PathBuf;

use keydance_testkit::Home;
use rusqlite::Connection;

/// The database of a home, on either backend.
#[derive(Debug)]
pub(crate) enum Tables<'a> {
    Postgres(&'a keydance_testkit::Database, String),
    Sqlite(PathBuf),
}

impl<'a> Tables<'a> {
    /// The tables of the first organisation.
    pub(crate) fn of(home: &'a Home) -> Self {
        match home.database() {
            None => Self::Sqlite(sqlite_file(home)),
            Some(database) => {
                let sql = "set keydance.org = 'every';
                    select id from organisation where tenant is not null order by created_at limit 1";
                Self::Postgres(
                    database,
                    database.sql(sql).expect("the organisation is there"),
                )
            }
        }
    }

    /// The first column of every row.
    pub(crate) fn list(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Postgres(database, organisation) => {
                let sql = format!("set keydance.org = '{organisation}'; {sql}");
                let rows = database
                    .sql(&sql)
                    .unwrap_or_else(|said| panic!("{sql}: {said}"));
                rows.lines().map(str::to_owned).collect()
            }
            Self::Sqlite(path) => {
                let connection = Connection::open(path).expect("the file opens");
                rows_of(&connection, sql).unwrap_or_else(|said| panic!("{sql}: {said}"))
            }
        }
    }

    /// What must be all there or not there at all, and is neither: a sentence each.
    pub(crate) fn halves(&self) -> Vec<String> {
        let mut found = self.list(HALVES);
        if let Self::Sqlite(_) = self {
            found.extend(self.list("pragma integrity_check"));
            found.extend(
                self.list("select 'foreign key of ' || \"table\" from pragma_foreign_key_check"),
            );
            found.retain(|line| line != "ok");
        }
        found
    }

    /// Waits until nothing of a killed server works on in PostgreSQL, which ends the transactions of
    /// a lost connection only when it notices.
    pub(crate) fn settle(&self, since: &str) {
        let Self::Postgres(database, _) = self else {
            return;
        };
        let sql = format!(
            "select count(*) from pg_stat_activity where datname = current_database()
             and application_name = 'keydance' and backend_start < '{since}'"
        );
        let left = || database.sql(&sql).expect("PostgreSQL answers");
        let settled = (0..PATIENCE).any(|_| left() == "0");
        assert!(settled, "a killed server still works in PostgreSQL");
    }

    /// PostgreSQL's clock, for [`Self::settle`].
    pub(crate) fn now(&self) -> String {
        match self {
            Self::Postgres(database, _) => database
                .sql("select clock_timestamp()")
                .expect("PostgreSQL answers"),
            Self::Sqlite(_) => String::new(),
        }
    }
}

/// The file of the embedded database.
pub(crate) fn sqlite_file(home: &Home) -> PathBuf {
    let entries = std::fs::read_dir(home.data()).expect("a data folder");
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|it| it == "db"))
        .expect("a database in the data folder")
}

pub(crate) fn rows_of(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.collect()
}

/// How often PostgreSQL is asked: each time takes milliseconds.
const PATIENCE: u32 = 2000;

/// A credential comes with its versions, its owners with their keys, and its events; so do flows,
/// their references, executions and hand-outs. The log counts what it holds.
const HALVES: &str = "
select 'no event made credential ' || c.id from credential c where not exists
  (select 1 from event e where e.org = c.org and e.object = c.id and e.action = 'credential.created')
union all select 'no credential of event ' || e.seq from event e
  where e.action = 'credential.created' and e.outcome = 'allowed'
  and not exists (select 1 from credential c where c.org = e.org and c.id = e.object)
union all select 'version head of ' || c.id from credential c
  where c.last_version <> (select count(*) from version v where v.org = c.org and v.credential = c.id)
  or c.last_version <> (select max(v.number) from version v where v.org = c.org and v.credential = c.id)
union all select 'current versions of ' || c.id from credential c where 1 <>
  (select count(*) from version v where v.org = c.org and v.credential = c.id and v.state = 'current'
   and v.number = c.last_version)
union all select 'events of versions of ' || c.id from credential c where c.last_version <>
  (select count(*) from event e where e.org = c.org and e.object = c.id and e.outcome = 'allowed'
   and e.action in ('credential.created', 'credential.version_created'))
union all select 'owners of ' || c.id from credential c where 2 <>
  (select count(*) from credential_owner o where o.org = c.org and o.credential = c.id and o.live = 1
   and o.wrap is not null)
union all select 'no event made flow ' || f.id from flow f where not exists
  (select 1 from event e where e.org = f.org and e.object = f.id and e.action = 'flow.created')
union all select 'no flow of event ' || e.seq from event e
  where e.action = 'flow.created' and e.outcome = 'allowed'
  and not exists (select 1 from flow f where f.org = e.org and f.id = e.object)
union all select 'owners of flow ' || f.id from flow f where 2 <>
  (select count(*) from flow_owner o where o.org = f.org and o.flow = f.id and o.live = 1)
union all select 'references of flow ' || f.id from flow f where 1 <>
  (select count(*) from flow_ref r where r.org = f.org and r.flow = f.id and r.live = 1)
union all select 'owners of a reference of flow ' || f.id from flow f where 2 <>
  (select count(*) from flow_ref_owner r where r.org = f.org and r.flow = f.id)
union all select 'no event started execution ' || x.id from execution x where not exists
  (select 1 from event e where e.org = x.org and e.object = x.id and e.action = 'execution.started')
union all select 'no execution of event ' || e.seq from event e
  where e.action = 'execution.started' and e.outcome = 'allowed'
  and not exists (select 1 from execution x where x.org = e.org and x.id = e.object)
union all select 'token of execution ' || x.id from execution x where 1 <>
  (select count(*) from access_token t where t.org = x.org and t.execution = x.id)
union all select 'no event of lease ' || l.execution from lease l where not exists
  (select 1 from event e where e.org = l.org and e.object = l.credential and e.actor = l.execution
   and e.action = 'credential.handed_out')
union all select 'size of log ' || o.id from organisation o where o.tenant is not null and o.log_size <>
  (select count(*) from event e where e.org = o.id)
union all select 'gap in log ' || o.id from organisation o where o.tenant is not null and o.log_size - 1 <>
  (select max(e.seq) from event e where e.org = o.id)";
