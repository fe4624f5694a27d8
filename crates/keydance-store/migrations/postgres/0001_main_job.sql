-- Times are milliseconds since 1970 in UTC; ids are text; live rows carry 1, closed rows null, and
-- foreign keys reach live rows only.

create table organisation (
  id text primary key not null,
  tenant text unique,
  epoch bigint not null default 1,
  log_size bigint not null default 0,
  log_frontier bytea not null default '',
  created_at bigint not null
);

create table organisation_key (
  org text not null references organisation,
  purpose text not null,
  generation bigint not null,
  key_id bytea not null,
  envelope bytea not null,
  created_at bigint not null,
  primary key (org, purpose, generation)
);

create table seal (
  id bytea primary key not null,
  kind text not null,
  generation bigint not null,
  deployment text not null,
  root_key_id bytea not null,
  root_generation bigint not null,
  envelope bytea not null,
  created_at bigint not null
);

create table event (
  org text not null,
  seq bigint not null,
  at bigint not null,
  action text not null,
  outcome text not null,
  actor text not null,
  object text not null,
  flow text,
  body text not null,
  primary key (org, seq)
);
create index event_actor on event (org, actor, seq);
create index event_object on event (org, object, seq);

create table log_tile (
  org text not null,
  level bigint not null,
  position bigint not null,
  hash bytea not null,
  primary key (org, level, position)
);

create table checkpoint (
  org text not null references organisation,
  size bigint not null,
  note text not null,
  at bigint not null,
  primary key (org, size)
);

create table principal (
  org text not null references organisation,
  id text not null,
  kind text not null check (kind in ('person', 'service', 'node', 'pipeline')),
  name text not null,
  email text,
  status text not null check (status in ('active', 'frozen', 'left', 'closed')),
  permissions text not null,
  created_at bigint not null,
  created_by text not null,
  tag bigint not null default 0,
  primary key (org, id)
);

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
  digest bytea not null,
  created_at bigint not null,
  expires_at bigint not null,
  ended_at bigint,
  ended_reason text,
  parent text
);
create index access_token_principal on access_token (org, principal, created_at);
create index access_token_execution on access_token (org, execution) where execution is not null;
create index access_token_parent on access_token (org, parent) where parent is not null;

create table membership_group (
  org text not null references organisation,
  id text not null,
  name text not null,
  created_at bigint not null,
  closed_at bigint,
  tag bigint not null default 0,
  primary key (org, id)
);

create table membership (
  org text not null,
  group_id text not null,
  member_type text not null check (member_type in ('person', 'group')),
  member_id text not null,
  since bigint not null,
  until bigint,
  live bigint default 1 check (live = 1),
  opened_by text not null,
  closed_by text,
  reason text not null,
  primary key (org, group_id, member_type, member_id, since),
  unique (org, group_id, member_type, member_id, live),
  foreign key (org, group_id) references membership_group
);
create index membership_member on membership (org, member_type, member_id, live);

create table environment (
  org text not null references organisation,
  name text not null,
  protected_at bigint,
  created_at bigint not null,
  primary key (org, name)
);

-- Which ids exist anywhere, and nothing else about them: direct reads tell "unknown" from "not yours".
create table object (
  id text primary key not null
);

create table credential (
  org text not null references organisation,
  id text not null,
  name text not null,
  type text not null,
  domain text,
  bound_to text,
  key_id bytea not null,
  key_gen bigint not null default 1,
  state text not null default 'usable' check (state in ('usable', 'suspended', 'deleted', 'destroyed')),
  last_version bigint not null default 0,
  created_at bigint not null,
  created_by text not null,
  updated_at bigint not null,
  deleted_at bigint,
  tag bigint not null default 0,
  primary key (org, id)
);

create table credential_owner (
  org text not null,
  credential text not null,
  owner_type text not null check (owner_type in ('person', 'group', 'organisation', 'system') or owner_type like 'other:%'),
  owner_id text not null,
  wrap bytea,
  position bigint not null default 0,
  credential_at bigint not null default 0,
  since bigint not null,
  until bigint,
  live bigint default 1 check (live = 1),
  opened_by text not null default '',
  closed_by text,
  check ((until is null) = (live is not null)),
  check ((wrap is not null) = (until is null and owner_type not like 'other:%')),
  primary key (org, credential, owner_type, owner_id, since),
  unique (org, credential, owner_type, owner_id, live),
  foreign key (org, credential) references credential
);
create index credential_owner_owner on credential_owner (org, owner_type, owner_id, live, credential_at, credential);

create table version (
  org text not null,
  credential text not null,
  number bigint not null,
  environment text not null,
  state text not null check (state in ('pending', 'current', 'retiring', 'disabled', 'revoked', 'destroyed')),
  envelope bytea,
  key_gen bigint not null,
  created_at bigint not null,
  created_by text not null,
  origin text not null,
  check ((envelope is null) = (state = 'destroyed')),
  primary key (org, credential, number),
  foreign key (org, credential) references credential,
  foreign key (org, environment) references environment
);
create unique index version_current on version (org, credential, environment) where state = 'current';
create index version_environment on version (org, environment);

create table flow (
  org text not null references organisation,
  id text not null,
  name text,
  document text not null,
  revision bigint not null,
  digest text not null,
  state text not null default 'enabled' check (state in ('enabled', 'disabled', 'blocked')),
  enabled_at bigint,
  blocked_reason text,
  blocked_since bigint,
  blocked_references text,
  edge_epoch bigint not null default 0,
  created_at bigint not null,
  created_by text not null,
  updated_at bigint not null,
  deleted_at bigint,
  tag bigint not null default 0,
  primary key (org, id),
  check ((state = 'blocked') = (blocked_reason is not null))
);

create table flow_owner (
  org text not null,
  flow text not null,
  owner_type text not null check (owner_type in ('person', 'group', 'organisation')),
  owner_id text not null,
  position bigint not null default 0,
  since bigint not null,
  until bigint,
  live bigint default 1 check (live = 1),
  check ((until is null) = (live is not null)),
  primary key (org, flow, owner_type, owner_id, since),
  unique (org, flow, owner_type, owner_id, live),
  foreign key (org, flow) references flow
);
create index flow_owner_owner on flow_owner (org, owner_type, owner_id, live, flow);

create table flow_ref (
  org text not null,
  flow text not null,
  credential text not null,
  since bigint not null,
  until bigint,
  live bigint default 1 check (live = 1),
  check ((until is null) = (live is not null)),
  primary key (org, flow, credential, since),
  unique (org, flow, credential, live),
  foreign key (org, flow) references flow,
  foreign key (org, credential) references credential
);
create index flow_ref_credential on flow_ref (org, credential, live);

create table flow_ref_owner (
  org text not null,
  flow text not null,
  credential text not null,
  owner_type text not null,
  owner_id text not null,
  live bigint not null default 1 check (live = 1),
  primary key (org, flow, credential, owner_type, owner_id),
  foreign key (org, flow, credential, live)
    references flow_ref (org, flow, credential, live) deferrable initially deferred,
  foreign key (org, flow, owner_type, owner_id, live)
    references flow_owner (org, flow, owner_type, owner_id, live) deferrable initially deferred,
  foreign key (org, credential, owner_type, owner_id, live)
    references credential_owner (org, credential, owner_type, owner_id, live)
);
create index flow_ref_owner_owner on flow_ref_owner (org, credential, owner_type, owner_id);

create function fill_flow_ref_owner() returns trigger language plpgsql as $$ begin
  update flow set edge_epoch = edge_epoch + 1 where org = new.org and id = new.flow;
  insert into flow_ref_owner (org, flow, credential, owner_type, owner_id)
  select r.org, r.flow, r.credential, o.owner_type, o.owner_id
  from flow_ref r join flow_owner o on o.org = r.org and o.flow = r.flow and o.live = 1
  where r.org = new.org and r.flow = new.flow and r.live = 1 on conflict do nothing;
  if exists (select 1 from flow_ref r where r.org = new.org and r.flow = new.flow and r.live = 1 and not exists (
      select 1 from flow_ref_owner w where w.org = r.org and w.flow = r.flow and w.credential = r.credential))
    then raise exception 'flow without an owner' using errcode = '23000'; end if;
  return null;
end $$;
create trigger fill after insert on flow_ref for each row when (new.live = 1) execute function fill_flow_ref_owner();
create trigger fill after insert on flow_owner for each row when (new.live = 1) execute function fill_flow_ref_owner();

create function close_flow_ref() returns trigger language plpgsql as $$ begin
  if old.live is null or (old.org, old.flow, old.credential, old.since)
    is distinct from (new.org, new.flow, new.credential, new.since)
    then raise exception 'edges are closed, never changed' using errcode = '23000'; end if;
  if new.live is null then
    update flow set edge_epoch = edge_epoch + 1 where org = old.org and id = old.flow;
    delete from flow_ref_owner where org = old.org and flow = old.flow and credential = old.credential;
  end if;
  return null;
end $$;
create trigger close after update on flow_ref for each row execute function close_flow_ref();

create function close_flow_owner() returns trigger language plpgsql as $$ begin
  if old.live is null or (old.org, old.flow, old.owner_type, old.owner_id, old.since)
    is distinct from (new.org, new.flow, new.owner_type, new.owner_id, new.since)
    then raise exception 'edges are closed, never changed' using errcode = '23000'; end if;
  if new.live is null then
    update flow set edge_epoch = edge_epoch + 1 where org = old.org and id = old.flow;
    delete from flow_ref_owner where org = old.org and flow = old.flow
      and owner_type = old.owner_type and owner_id = old.owner_id;
  end if;
  return null;
end $$;
create trigger close after update on flow_owner for each row execute function close_flow_owner();

create function guard_flow_ref_owner() returns trigger language plpgsql as $$ begin
  if exists (select 1 from flow_ref r where r.org = old.org and r.flow = old.flow and r.credential = old.credential and r.live = 1)
    and (exists (select 1 from flow_owner o where o.org = old.org and o.flow = old.flow
                   and o.owner_type = old.owner_type and o.owner_id = old.owner_id and o.live = 1)
         or not exists (select 1 from flow_ref_owner w where w.org = old.org and w.flow = old.flow and w.credential = old.credential))
    then raise exception 'reference still needs its owner' using errcode = '23000'; end if;
  return null;
end $$;
create trigger guard after delete on flow_ref_owner for each row execute function guard_flow_ref_owner();

create table execution (
  org text not null,
  id text not null,
  flow text not null,
  revision bigint not null,
  digest text not null,
  environment text not null,
  trigger_kind text not null,
  started_by text,
  created_by text not null,
  created_at bigint not null,
  expires_at bigint not null,
  max_until bigint not null,
  ended_at bigint,
  ended_reason text,
  primary key (org, id),
  foreign key (org, flow) references flow,
  foreign key (org, environment) references environment
);
create index execution_flow on execution (org, flow, created_at);
create index execution_starter on execution (org, started_by) where ended_at is null;

create table execution_credential (
  org text not null,
  execution text not null,
  credential text not null,
  paths text not null,
  primary key (org, execution, credential),
  foreign key (org, execution) references execution
);
create index execution_credential_credential on execution_credential (org, credential);

-- Hand-outs to executions that may still be out: one row per execution and version.
create table lease (
  org text not null,
  execution text not null,
  credential text not null,
  version bigint not null,
  principal text not null,
  since bigint not null,
  ended_at bigint,
  primary key (org, execution, credential, version),
  foreign key (org, execution) references execution
);
create index lease_credential on lease (org, credential) where ended_at is null;

-- Who has ever had which version: revealed to a person, or injected into a process run as them.
create table exposure (
  org text not null,
  principal text not null,
  credential text not null,
  version bigint not null,
  level text not null check (level in ('revealed', 'injected')),
  since bigint not null,
  primary key (org, principal, credential, version, level)
);

create table idempotency (
  org text not null,
  caller text not null,
  key text not null,
  fingerprint bytea not null,
  answer text not null,
  created_at bigint not null,
  primary key (org, caller, key)
);
create index idempotency_age on idempotency (org, created_at);

-- Row-level security, forced on the owner too: a transaction sees the organisation it entered, and
-- before that only the access tokens it was shown.
alter table organisation enable row level security;
alter table organisation force row level security;
create policy entered on organisation using (id = nullif(current_setting('keydance.org', true), '') or current_setting('keydance.org', true) = 'every');
alter table organisation_key enable row level security;
alter table organisation_key force row level security;
create policy entered on organisation_key using (org = nullif(current_setting('keydance.org', true), ''));
alter table event enable row level security;
alter table event force row level security;
create policy entered on event using (org = nullif(current_setting('keydance.org', true), ''));
alter table log_tile enable row level security;
alter table log_tile force row level security;
create policy entered on log_tile using (org = nullif(current_setting('keydance.org', true), ''));
alter table checkpoint enable row level security;
alter table checkpoint force row level security;
create policy entered on checkpoint using (org = nullif(current_setting('keydance.org', true), ''));
alter table principal enable row level security;
alter table principal force row level security;
create policy entered on principal using (org = nullif(current_setting('keydance.org', true), ''));
alter table access_token enable row level security;
alter table access_token force row level security;
create policy shown on access_token for select using (org = nullif(current_setting('keydance.org', true), '')
  or id = any (string_to_array(current_setting('keydance.tokens', true), ' ')));
create policy entered_insert on access_token for insert with check (org = nullif(current_setting('keydance.org', true), ''));
create policy entered_update on access_token for update using (org = nullif(current_setting('keydance.org', true), ''));
create policy entered_delete on access_token for delete using (org = nullif(current_setting('keydance.org', true), ''));
alter table membership_group enable row level security;
alter table membership_group force row level security;
create policy entered on membership_group using (org = nullif(current_setting('keydance.org', true), ''));
alter table membership enable row level security;
alter table membership force row level security;
create policy entered on membership using (org = nullif(current_setting('keydance.org', true), ''));
alter table environment enable row level security;
alter table environment force row level security;
create policy entered on environment using (org = nullif(current_setting('keydance.org', true), ''));
alter table credential enable row level security;
alter table credential force row level security;
create policy entered on credential using (org = nullif(current_setting('keydance.org', true), ''));
alter table credential_owner enable row level security;
alter table credential_owner force row level security;
create policy entered on credential_owner using (org = nullif(current_setting('keydance.org', true), ''));
alter table version enable row level security;
alter table version force row level security;
create policy entered on version using (org = nullif(current_setting('keydance.org', true), ''));
alter table flow enable row level security;
alter table flow force row level security;
create policy entered on flow using (org = nullif(current_setting('keydance.org', true), ''));
alter table flow_owner enable row level security;
alter table flow_owner force row level security;
create policy entered on flow_owner using (org = nullif(current_setting('keydance.org', true), ''));
alter table flow_ref enable row level security;
alter table flow_ref force row level security;
create policy entered on flow_ref using (org = nullif(current_setting('keydance.org', true), ''));
alter table flow_ref_owner enable row level security;
alter table flow_ref_owner force row level security;
create policy entered on flow_ref_owner using (org = nullif(current_setting('keydance.org', true), ''));
alter table execution enable row level security;
alter table execution force row level security;
create policy entered on execution using (org = nullif(current_setting('keydance.org', true), ''));
alter table execution_credential enable row level security;
alter table execution_credential force row level security;
create policy entered on execution_credential using (org = nullif(current_setting('keydance.org', true), ''));
alter table lease enable row level security;
alter table lease force row level security;
create policy entered on lease using (org = nullif(current_setting('keydance.org', true), ''));
alter table exposure enable row level security;
alter table exposure force row level security;
create policy entered on exposure using (org = nullif(current_setting('keydance.org', true), ''));
alter table idempotency enable row level security;
alter table idempotency force row level security;
create policy entered on idempotency using (org = nullif(current_setting('keydance.org', true), ''));
