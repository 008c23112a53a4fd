-- grain: one row; size of the data set, and refunds of people who have no order in it
select
    (select count(*) from mart_customer) as customers,
    (select coalesce(sum(is_order), 0) from mart_order) as orders,
    (select coalesce(sum(1 - is_order), 0) from mart_order) as refunds,
    (select min(first_day) from mart_customer) as first_day,
    (select max(last_day) from mart_customer) as last_day,
    -- what is not in the marts: documents of people who never ordered
    (select count(*) from orders where ordered_at < $as_of) - (select count(*) from mart_order) as orphan_refunds,
    (select coalesce(sum(revenue), 0) from orders where ordered_at < $as_of)
        - (select coalesce(sum(revenue), 0) from mart_order) as orphan_revenue
