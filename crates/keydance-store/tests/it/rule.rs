//! The rule, as one query: no live reference without every flow owner owning the credential.

use crate::raw::Raw;

const VIOLATIONS: &str = "select count(*) from flow_ref r where r.live = 1 and (
      not exists (select 1 from flow_owner o
        where o.org = r.org and o.flow = r.flow and o.live = 1)
      or exists (select 1 from flow_owner o
        where o.org = r.org and o.flow = r.flow and o.live = 1
          and not exists (select 1 from credential_owner c
            where c.org = r.org and c.credential = r.credential and c.live = 1
              and c.owner_type = o.owner_type and c.owner_id = o.owner_id)))";

/// References that break the rule, in one snapshot.
pub(crate) fn violations(raw: &mut Raw) -> i64 {
    raw.number(VIOLATIONS)
}

/// Takes the rule out of the database, to show that the query above notices.
pub(crate) fn take_out(raw: &mut Raw) {
    let sql = match raw {
        Raw::Sqlite(_) => "pragma foreign_keys = off",
        Raw::Postgres(..) => {
            "do $$ declare name text; begin
               for name in select conname from pg_constraint
                 where contype = 'f' and conrelid = 'flow_ref_owner'::regclass
               loop execute format('alter table flow_ref_owner drop constraint %I', name); end loop;
             end $$"
        }
    };
    raw.run(sql).unwrap();
}
