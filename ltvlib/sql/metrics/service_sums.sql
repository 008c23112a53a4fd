-- grain: month x manager; orders delivered and what went wrong
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    f.month,
    f.manager,
    -- include: metrics/service_facts
where f.month >= $from_month and f.day < $to_day
group by f.month, f.manager
