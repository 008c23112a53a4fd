-- grain: one answer in the data, with what is known of who gave it; answers of strangers only where $with_strangers = 1
with eligible as (
    select customer_id, customer_key, name, channel, manager, city, industry, first_product, first_category
    from mart_customer
    where true /* filters */
)

select
    a.customer_id,
    cast(a.answered_at as timestamp) as answered_at,
    a.score,
    a.scale,
    a.improvement,
    a.asked_via
from nps_responses as a
left join eligible as e using (customer_id)
where e.customer_key is not null or $with_strangers = 1
order by a.answered_at, a.customer_id, a.score
limit $limit
