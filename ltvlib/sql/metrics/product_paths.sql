-- grain: what was bought first, second and third (the dearest item of each order) by customers whose $days after the first
-- order are all known; 0 = another item than the $most usual, -1 = not known, missing = no such order within the days
with eligible as (
    select customer_key, first_day from mart_customer
    where true /* filters */
        and first_day >= $from_day
        and first_day < $cut_day
),

items as (
    select
        l.customer_key,
        l.order_number,
        l.day,
        coalesce(l.{{item}}, -1) as item,
        row_number() over (
            partition by l.customer_key, l.order_number order by sum(l.revenue) desc nulls last, l.{{item}}
        ) as place
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number between 1 and 3 and l.day <= e.first_day + $days
    group by l.customer_key, l.order_number, l.day, l.{{item}}
),

usual as (
    select item from items where place = 1 group by item order by count(*) desc, item limit $most
),

steps as (
    select
        i.customer_key,
        max(case when i.order_number = 1 then coalesce(u.item, 0) end) as first_item,
        max(case when i.order_number = 2 then coalesce(u.item, 0) end) as second_item,
        max(case when i.order_number = 3 then coalesce(u.item, 0) end) as third_item,
        max(case when i.order_number = 2 then i.day end) - max(case when i.order_number = 1 then i.day end) as gap_two,
        max(case when i.order_number = 3 then i.day end) - max(case when i.order_number = 2 then i.day end) as gap_three
    from items as i
    left join usual as u using (item)
    where i.place = 1
    group by i.customer_key
    having max(case when i.order_number = 1 then 1 end) = 1
),

after_first as (
    select m.customer_key, sum(m.margin) as margin_after
    from mart_order as m
    join eligible as e using (customer_key)
    where m.order_number <> 1 and m.day <= e.first_day + $days
    group by m.customer_key
)

select
    s.first_item,
    s.second_item,
    case when s.second_item is not null then s.third_item end as third_item,
    count(*) as customers,
    median(s.gap_two) as days_to_second,
    median(s.gap_three) as days_to_third,
    cast(coalesce(sum(a.margin_after), 0) as double) as margin_after
from steps as s
left join after_first as a using (customer_key)
group by s.first_item, s.second_item, case when s.second_item is not null then s.third_item end
order by customers desc, s.first_item, s.second_item, third_item
