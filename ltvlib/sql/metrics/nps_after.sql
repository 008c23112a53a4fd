-- grain: one answer ($answer_ids, $answer_days, in order of $answer_numbers) with its customer's orders and profit
-- more than $after and up to $days days after it, and what the customer was like before
with eligible as (
    select customer_key, customer_id, channel, first_category, first_product, first_day
    from mart_customer
    where true /* filters */
),

given as (
    select
        unnest(cast($answer_numbers as integer[])) as answer_number,
        unnest(cast($answer_ids as varchar[])) as customer_id,
        unnest(cast($answer_days as integer[])) as day
),

asked as (
    select g.answer_number, g.day, e.*
    from given as g
    join eligible as e using (customer_id)
)

select
    a.answer_number,
    a.customer_key,
    a.day,
    a.channel,
    coalesce(a.first_category, a.first_product) as first_product,
    a.day - a.first_day as age_days,
    coalesce(sum(case when m.is_order = 1 and m.day > a.day + $after and m.day <= a.day + $days then 1 else 0 end), 0)
        as orders_after,
    cast(coalesce(sum(case when m.day > a.day + $after and m.day <= a.day + $days then m.margin else 0 end), 0) as double)
        as margin_after,
    coalesce(sum(case when m.is_order = 1 and m.day <= a.day then 1 else 0 end), 0) as orders_before,
    cast(coalesce(sum(case when m.day <= a.day and m.day > a.day - 365 then m.margin else 0 end), 0) as double)
        as margin_before
from asked as a
left join mart_order as m using (customer_key)
where a.day < $cut_day
group by a.answer_number, a.customer_key, a.day, a.channel, a.first_category, a.first_product, a.first_day
order by a.answer_number
limit $limit
