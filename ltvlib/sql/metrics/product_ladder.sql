-- grain: category x product x the next other-day product of the same category (the dearest of the order each time):
-- how many customers went that way, and the margin of the lines before and after; squares for the interval of the mean
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

items as (
    select
        l.customer_key,
        l.day,
        l.category_key,
        l.product_key,
        sum(l.margin) as margin,
        row_number() over (
            partition by l.customer_key, l.day, l.category_key
            order by sum(l.revenue) desc nulls last, l.product_key
        ) as place
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number > 0 and l.day >= $from_day and l.day < $to_day and coalesce(l.quantity, 1) > 0
        and l.category_key is not null
    group by l.customer_key, l.day, l.category_key, l.product_key
),

steps as (
    select
        customer_key,
        category_key,
        product_key,
        margin,
        lead(product_key) over w as next_key,
        lead(margin) over w as next_margin,
        lead(day) over w - day as gap
    from items
    where place = 1
    window w as (partition by customer_key, category_key order by day)
)

select
    category_key,
    product_key,
    next_key,
    count(*) as moves,
    count(distinct customer_key) as customers,
    median(gap) as gap,
    cast(sum(margin) as double) as margin,
    cast(sum(next_margin) as double) as next_margin,
    sum(cast(next_margin - margin as double) * cast(next_margin - margin as double)) as squares
from steps
where next_key is not null
group by category_key, product_key, next_key
order by moves desc, product_key, next_key
limit $limit
