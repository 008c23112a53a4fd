-- grain: one customer with segment, rhythm, money and the last contacts, as known before $known_day; best margin first.
-- last_contact_day: the last contact that reached the customer; last_attempt_day: the last one of any outcome.
-- before_margin and before_segment belong to the window of the same length before.
with eligible as (
    select customer_key, customer_id, name, channel, manager from mart_customer where true /* filters */
),

lives as (
    select
        m.customer_key,
        min(case when m.is_order = 1 then m.day end) as first_day,
        max(case when m.is_order = 1 then m.day end) as last_day,
        sum(case when m.order_number = 1 or m.gap_days > 0 then 1 else 0 end) as occasions,
        sum(m.margin) as margin,
        min(case when m.order_number = $handover_number then m.day end) as handover_day,
        sum(case when m.gap_days > 0 then 1 else 0 end) as gaps,
        median(case when m.gap_days > 0 then m.gap_days end) as usual_gap
    from mart_order as m
    join eligible as e using (customer_key)
    where m.day < $known_day
    group by m.customer_key
),

contacted as (
    select
        customer_key,
        max(case when coalesce(outcome, '') in (select unnest(cast($unreached as varchar[]))) then null else day end)
            as last_contact_day,
        max(day) as last_attempt_day
    from mart_touch
    where day < $list_day
    group by customer_key
)

select
    e.customer_id,
    e.name,
    k.phone,
    k.email,
    e.channel,
    e.manager,
    s.segment,
    l.first_day,
    l.last_day,
    l.occasions,
    l.gaps,
    l.usual_gap,
    l.margin,
    s.margin as window_margin,
    b.margin as before_margin,
    b.segment as before_segment,
    l.handover_day,
    t.last_contact_day,
    t.last_attempt_day
from lives as l
join eligible as e using (customer_key)
join ({{classified}}) as s using (customer_key)
join ({{classified_before}}) as b using (customer_key)
left join contacted as t using (customer_key)
left join customers as k on k.customer_id = e.customer_id
order by l.margin desc, e.customer_id
limit $limit
