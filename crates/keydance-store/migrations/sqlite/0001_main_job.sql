-- Times are milliseconds since 1970 in UTC; ids are text; live rows carry 1, closed rows null, and
-- foreign keys reach live rows only.

create table organisation (
  id text primary key not null,
  tenant text unique,
  epoch integer not null default 1,
  log_size integer not null default 0,
  log_frontier blob not null default x'',
  created_at integer not null
) strict;

create table organisation_key (
  org text not null references organisation,
  purpose text not null,
  generation integer not null,
  key_id blob not null,
  envelope blob not null,
  created_at integer not null,
  primary key (org, purpose, generation)
) strict;

create table seal (
  id blob primary key not null,
  kind text not null,
  generation integer not null,
  deployment text not null,
  root_key_id blob not null,
  root_generation integer not null,
  envelope blob not null,
  created_at integer not null
) strict;

create table event (
  org text not null,
  seq integer not null,
  at integer not null,
  action text not null,
  outcome text not null,
  actor text not null,
  object text not null,
  flow text,
  body text not null,
  primary key (org, seq)
) strict, without rowid;
create index event_actor on event (org, actor, seq);
create index event_object on event (org, object, seq);

create table log_tile (
  org text not null,
  level integer not null,
  position integer not null,
  hash blob not null,
  primary key (org, level, position)
) strict, without rowid;

create table checkpoint (
  org text not null references organisation,
  size integer not null,
  note text not null,
  at integer not null,
  primary key (org, size)
) strict, without rowid;

create table principal (
  org text not null references organisation,
  id text not null,
  kind text not null check (kind in ('person', 'service', 'node', 'pipeline')),
  name text not null,
  email text,
  status text not null check (status in ('active', 'frozen', 'left', 'closed')),
  permissions text not null,
  created_at integer not null,
  created_by text not null,
  tag integer not null default 0,
  primary key (org, id)
) strict, without rowid;

create table access_token (
  id text primary key not null,
  org text not null references organisation,
  kind text not null check (kind in ('p', 'm', 'x', 'e')),
  principal text not null,
  execution text,
  name text not null,
  permissions text not null,
  credentials text,
  environments text,
  digest blob not null,
  created_at integer not null,
  expires_at integer not null,
  ended_at integer,
  ended_reason text,
  parent text
) strict, without rowid;
create index access_token_principal on access_token (org, principal, created_at);
create index access_token_execution on access_token (org, execution) where execution is not null;
create index access_token_parent on access_token (org, parent) where parent is not null;

create table membership_group (
  org text not null references organisation,
  id text not null,
  name text not null,
  created_at integer not null,
  closed_at integer,
  tag integer not null default 0,
  primary key (org, id)
) strict, without rowid;

create table membership (
  org text not null,
  group_id text not null,
  member_type text not null check (member_type in ('person', 'group')),
  member_id text not null,
  since integer not null,
  until integer,
  live integer default 1 check (live = 1),
  opened_by text not null,
  closed_by text,
  reason text not null,
  primary key (org, group_id, member_type, member_id, since),
  unique (org, group_id, member_type, member_id, live),
  foreign key (org, group_id) references membership_group
) strict, without rowid;
create index membership_member on membership (org, member_type, member_id, live);

create table environment (
  org text not null references organisation,
  name text not null,
  protected_at integer,
  created_at integer not null,
  primary key (org, name)
) strict, without rowid;

-- Which ids exist anywhere, and nothing else about them: direct reads tell "unknown" from "not yours".
create table object (
  id text primary key not null
) strict, without rowid;

create table credential (
  org text not null references organisation,
  id text not null,
  name text not null,
  type text not null,
  domain text,
  bound_to text,
  key_id blob not null,
  key_gen integer not null default 1,
  state text not null default 'usable' check (state in ('usable', 'suspended', 'deleted', 'destroyed')),
  last_version integer not null default 0,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  deleted_at integer,
  tag integer not null default 0,
  primary key (org, id)
) strict, without rowid;

create table credential_owner (
  org text not null,
  credential text not null,
  owner_type text not null check (owner_type in ('person', 'group', 'organisation', 'system') or owner_type like 'other:%'),
  owner_id text not null,
  wrap blob,
  position integer not null default 0,
  credential_at integer not null default 0,
  since integer not null,
  until integer,
  live integer default 1 check (live = 1),
  opened_by text not null default '',
  closed_by text,
  check ((until is null) = (live is not null)),
  check ((wrap is not null) = (until is null and owner_type not like 'other:%')),
  primary key (org, credential, owner_type, owner_id, since),
  unique (org, credential, owner_type, owner_id, live),
  foreign key (org, credential) references credential
) strict;
create index credential_owner_owner on credential_owner (org, owner_type, owner_id, live, credential_at, credential);

create table version (
  org text not null,
  credential text not null,
  number integer not null,
  environment text not null,
  state text not null check (state in ('pending', 'current', 'retiring', 'disabled', 'revoked', 'destroyed')),
  envelope blob,
  key_gen integer not null,
  created_at integer not null,
  created_by text not null,
  origin text not null,
  check ((envelope is null) = (state = 'destroyed')),
  primary key (org, credential, number),
  foreign key (org, credential) references credential,
  foreign key (org, environment) references environment
) strict;
create unique index version_current on version (org, credential, environment) where state = 'current';
create index version_environment on version (org, environment);

create table flow (
  org text not null references organisation,
  id text not null,
  name text,
  document text not null,
  revision integer not null,
  digest text not null,
  state text not null default 'enabled' check (state in ('enabled', 'disabled', 'blocked')),
  enabled_at integer,
  blocked_reason text,
  blocked_since integer,
  blocked_references text,
  edge_epoch integer not null default 0,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  deleted_at integer,
  tag integer not null default 0,
  primary key (org, id),
  check ((state = 'blocked') = (blocked_reason is not null))
) strict, without rowid;

create table flow_owner (
  org text not null,
  flow text not null,
  owner_type text not null check (owner_type in ('person', 'group', 'organisation')),
  owner_id text not null,
  position integer not null default 0,
  since integer not null,
  until integer,
  live integer default 1 check (live = 1),
  check ((until is null) = (live is not null)),
  primary key (org, flow, owner_type, owner_id, since),
  unique (org, flow, owner_type, owner_id, live),
  foreign key (org, flow) references flow
) strict, without rowid;
create index flow_owner_owner on flow_owner (org, owner_type, owner_id, live, flow);

create table flow_ref (
  org text not null,
  flow text not null,
  credential text not null,
  since integer not null,
  until integer,
  live integer default 1 check (live = 1),
  check ((until is null) = (live is not null)),
  primary key (org, flow, credential, since),
  unique (org, flow, credential, live),
  foreign key (org, flow) references flow,
  foreign key (org, credential) references credential
) strict, without rowid;
create index flow_ref_credential on flow_ref (org, credential, live);

create table flow_ref_owner (
  org text not null,
  flow text not null,
  credential text not null,
  owner_type text not null,
  owner_id text not null,
  live integer not null default 1 check (live = 1),
  primary key (org, flow, credential, owner_type, owner_id),
  foreign key (org, flow, credential, live)
    references flow_ref (org, flow, credential, live) deferrable initially deferred,
  foreign key (org, flow, owner_type, owner_id, live)
    references flow_owner (org, flow, owner_type, owner_id, live) deferrable initially deferred,
  foreign key (org, credential, owner_type, owner_id, live)
    references credential_owner (org, credential, owner_type, owner_id, live)
) strict, without rowid;
create index flow_ref_owner_owner on flow_ref_owner (org, credential, owner_type, owner_id);

create trigger flow_ref_fill after insert on flow_ref when new.live = 1 begin
  update flow set edge_epoch = edge_epoch + 1 where org = new.org and id = new.flow;
  insert into flow_ref_owner (org, flow, credential, owner_type, owner_id)
  select r.org, r.flow, r.credential, o.owner_type, o.owner_id
  from flow_ref r join flow_owner o on o.org = r.org and o.flow = r.flow and o.live = 1
  where r.org = new.org and r.flow = new.flow and r.live = 1 on conflict do nothing;
  select raise(abort, 'flow without an owner') where exists (
    select 1 from flow_ref r where r.org = new.org and r.flow = new.flow and r.live = 1 and not exists (
      select 1 from flow_ref_owner w where w.org = r.org and w.flow = r.flow and w.credential = r.credential));
end;

create trigger flow_owner_fill after insert on flow_owner when new.live = 1 begin
  update flow set edge_epoch = edge_epoch + 1 where org = new.org and id = new.flow;
  insert into flow_ref_owner (org, flow, credential, owner_type, owner_id)
  select r.org, r.flow, r.credential, o.owner_type, o.owner_id
  from flow_ref r join flow_owner o on o.org = r.org and o.flow = r.flow and o.live = 1
  where r.org = new.org and r.flow = new.flow and r.live = 1 on conflict do nothing;
end;

create trigger flow_ref_close after update on flow_ref begin
  select raise(abort, 'edges are closed, never changed') where old.live is null
    or (old.org, old.flow, old.credential, old.since) is not (new.org, new.flow, new.credential, new.since);
  update flow set edge_epoch = edge_epoch + 1 where new.live is null and org = old.org and id = old.flow;
  delete from flow_ref_owner where new.live is null and org = old.org and flow = old.flow and credential = old.credential;
end;

create trigger flow_owner_close after update on flow_owner begin
  select raise(abort, 'edges are closed, never changed') where old.live is null
    or (old.org, old.flow, old.owner_type, old.owner_id, old.since)
    is not (new.org, new.flow, new.owner_type, new.owner_id, new.since);
  update flow set edge_epoch = edge_epoch + 1 where new.live is null and org = old.org and id = old.flow;
  delete from flow_ref_owner where new.live is null and org = old.org and flow = old.flow
    and owner_type = old.owner_type and owner_id = old.owner_id;
end;

create trigger flow_ref_owner_guard after delete on flow_ref_owner begin
  select raise(abort, 'reference still needs its owner') where
    exists (select 1 from flow_ref r where r.org = old.org and r.flow = old.flow and r.credential = old.credential and r.live = 1)
    and (exists (select 1 from flow_owner o where o.org = old.org and o.flow = old.flow
                   and o.owner_type = old.owner_type and o.owner_id = old.owner_id and o.live = 1)
         or not exists (select 1 from flow_ref_owner w where w.org = old.org and w.flow = old.flow and w.credential = old.credential));
end;

create table execution (
  org text not null,
  id text not null,
  flow text not null,
  revision integer not null,
  digest text not null,
  environment text not null,
  trigger_kind text not null,
  started_by text,
  created_by text not null,
  created_at integer not null,
  expires_at integer not null,
  max_until integer not null,
  ended_at integer,
  ended_reason text,
  primary key (org, id),
  foreign key (org, flow) references flow,
  foreign key (org, environment) references environment
) strict, without rowid;
create index execution_flow on execution (org, flow, created_at);
create index execution_starter on execution (org, started_by) where ended_at is null;

create table execution_credential (
  org text not null,
  execution text not null,
  credential text not null,
  paths text not null,
  primary key (org, execution, credential),
  foreign key (org, execution) references execution
) strict, without rowid;
create index execution_credential_credential on execution_credential (org, credential);

-- Hand-outs to executions that may still be out: one row per execution and version.
create table lease (
  org text not null,
  execution text not null,
  credential text not null,
  version integer not null,
  principal text not null,
  since integer not null,
  ended_at integer,
  primary key (org, execution, credential, version),
  foreign key (org, execution) references execution
) strict, without rowid;
create index lease_credential on lease (org, credential) where ended_at is null;

-- Who has ever had which version: revealed to a person, or injected into a process run as them.
create table exposure (
  org text not null,
  principal text not null,
  credential text not null,
  version integer not null,
  level text not null check (level in ('revealed', 'injected')),
  since integer not null,
  primary key (org, principal, credential, version, level)
) strict, without rowid;

create table idempotency (
  org text not null,
  caller text not null,
  key text not null,
  fingerprint blob not null,
  answer text not null,
  created_at integer not null,
  primary key (org, caller, key)
) strict, without rowid;
create index idempotency_age on idempotency (org, created_at);
