-- Version 2: who took part in what, from lists brought in the app; with or without a column that says who was kept aside.
create table participations (
    programme varchar not null,
    kind varchar not null,
    customer_id varchar not null,
    happened_at timestamp not null,
    is_control boolean not null
);
