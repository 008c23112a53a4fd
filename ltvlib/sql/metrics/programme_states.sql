-- grain: index day x customer who was one by then: the state at the end of that day, and what came before and after.
-- A participant counts on the day of joining; the others on every index day up to $recent days after an order of theirs, if
-- they had not joined by then. Who joins later stays among the others, because leaving them out would keep the less keen;
-- joined_days says how many of the days after they were in the programme themselves.
-- Of the others every $every-th customer.
with eligible as (
    select customer_key, customer_id, channel, first_day from mart_customer where true /* filters */
),

took_part as (
    select e.customer_key, min(j.day) as joined_day
    from (
        select unnest(cast($customers as varchar[])) as customer_id, unnest(cast($joined as integer[])) as day
    ) as j
    join eligible as e using (customer_id)
    group by e.customer_key
),

index_days as (
    select distinct joined_day as day from took_part
),

others as (
    select distinct e.customer_key, i.day
    from index_days as i
    join mart_order as m on m.day <= i.day and m.day >= i.day - $recent
    join eligible as e using (customer_key)
    left join took_part as t using (customer_key)
    where m.is_order = 1
        and i.day + $days < $known_day
        and (t.joined_day is null or t.joined_day > i.day)
        and e.customer_key % $every = 0
),

chosen as (
    select customer_key, joined_day as day, 1 as is_in from took_part where joined_day + $days < $known_day
    union all
    select customer_key, day, 0 as is_in from others
)

select
    c.customer_key,
    c.day,
    c.is_in,
    max(case when c.is_in = 0 and t.joined_day < c.day + $days then c.day + $days - t.joined_day else 0 end) as joined_days,
    e.channel,
    c.day - e.first_day as age_days,
    c.day - max(case when m.day <= c.day and m.is_order = 1 then m.day end) as silent_days,
    sum(case when m.day <= c.day and (m.order_number = 1 or m.gap_days > 0) then 1 else 0 end) as occasions,
    cast(coalesce(sum(case when m.day <= c.day and m.day > c.day - 365 then m.margin end), 0) as double) as past_margin,
    cast(coalesce(sum(case when m.day <= c.day and m.day > c.day - $days then m.margin end), 0) as double) as margin_before,
    cast(coalesce(sum(case when m.day <= c.day - $days and m.day > c.day - 2 * $days then m.margin end), 0) as double)
        as margin_earlier,
    sum(case when m.day > c.day then m.is_order else 0 end) as orders_after,
    cast(coalesce(sum(case when m.day > c.day then m.margin end), 0) as double) as margin_after
from chosen as c
join eligible as e using (customer_key)
left join took_part as t using (customer_key)
join mart_order as m on m.customer_key = c.customer_key and m.day <= c.day + $days
where e.first_day <= c.day
group by c.customer_key, c.day, c.is_in, e.channel, e.first_day
