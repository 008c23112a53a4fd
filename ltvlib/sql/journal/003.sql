-- Version 3: what was seen at competitors, checked by hand.
create table competitor_offers (
    offer_id varchar primary key,
    competitor varchar not null,
    criterion varchar not null,
    their_value varchar,
    our_value varchar,
    checked_at timestamp not null,
    source varchar,
    checked_by varchar
);
