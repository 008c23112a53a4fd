-- Version 1 of the journal. Time is the business's own clock, as in the canonical tables; ids are text.
create table settings (name varchar primary key, content varchar not null, saved_at timestamp not null);

create table touches (
    touch_id varchar primary key,
    customer_id varchar not null,
    touched_at timestamp not null,
    kind varchar not null,
    manager varchar,
    outcome varchar,
    note varchar,
    origin varchar not null
);

create table opt_outs (customer_id varchar primary key, opted_out_at timestamp not null, note varchar);

create table owners (customer_id varchar not null, manager varchar not null, since timestamp not null, reason varchar not null);

create table losses (
    loss_id varchar primary key,
    customer_id varchar not null,
    lost_at timestamp not null,
    reason varchar not null,
    competitor varchar,
    manager varchar
);

create table nps_invites (
    invite_id varchar primary key,
    customer_id varchar,
    asked_at timestamp not null,
    expires_at timestamp not null,
    asked_via varchar not null,
    scale varchar not null,
    language varchar not null
);

create table nps_responses (
    response_id varchar primary key,
    invite_id varchar unique,
    customer_id varchar,
    answered_at timestamp not null,
    score integer not null,
    scale varchar not null,
    improvement varchar,
    asked_via varchar
);

create table nps_followups (
    response_id varchar not null,
    written_at timestamp not null,
    status varchar not null,
    manager varchar,
    due_at timestamp,
    note varchar
);

create table trigger_runs (
    run_id varchar primary key,
    rule varchar not null,
    ran_at timestamp not null,
    as_of timestamp not null,
    content varchar not null
);

create table trigger_targets (
    run_id varchar not null,
    customer_id varchar not null,
    is_control boolean not null,
    stratum varchar,
    message varchar,
    offer_cost decimal(18, 4)
);

create table data_sets (
    generation integer primary key, folder varchar not null, content varchar not null, added_at timestamp not null
);
