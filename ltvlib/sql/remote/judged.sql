,

-- grain: one row of the remote table; why it cannot be used, NULL where it can
judged as (
    select
        coalesce(order_id, concat(customer_id, ' ', {stamp})) as order_id,
        customer_id,
        {hash} as customer_hash,
        day,
        ymd,
        cast(day as bigint) * 86400 + second_of_day as ts,
        amount,
        quantity,
        cost,
        margin,
        refund,
        case when {is_return} then 1 else 0 end as is_return,
        case when {says_back} then 1 else 0 end as says_back,
        channel,
        manager,
        name,
        city,
        phone,
        email,
        product_id,
        product_name,
        category,
        case
            when customer_id is null then 'no_customer'
            when day is null and dated = 0 then 'no_date'
            when day is null then 'bad_date'
            when amount is null and counted = 1 then 'bad_number'
            when amount is null then 'no_amount'
            when {other} then 'other_currency'
            when is_cancelled = 1 then 'cancelled'
            when {unsold} and not ({says_back}) and {cancelled} then 'cancelled'
            when {unsold} and not ({says_back}) then 'not_a_sale'
            when ({says_back}) and not ({is_return}) and amount >= 0 then 'returned'
        end as reason
    from typed
)
