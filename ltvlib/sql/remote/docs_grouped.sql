,

-- grain: one order or refund document; its rows added up, a cost or margin only where each row has one
docs as (
    select
        order_id,
        customer_id,
        customer_hash,
        is_back,
        min(day) as day,
        min(ymd) as ymd,
        min(ts) as ts,
        cast(sum(money) as bigint) as gross,
        case when is_back = 1 then 0 else cast(sum(refund) as bigint) end as given_back,
        case when count(cost) = count(*) then cast(sum(cost) as bigint) end as cost,
        case when count(margin) = count(*) then cast(sum(margin) as bigint) end as margin,
        max(channel) as channel,
        max(manager) as manager,
        max(name) as name,
        max(city) as city,
        max(phone) as phone,
        max(email) as email
    from sales
    group by order_id, customer_id, customer_hash, part, is_back
)
