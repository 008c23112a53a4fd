,

-- grain: one row that counts; returns are negative whatever their sign, a negative line folds into the order around it
stated as (
    select
        j.*,
        {part} as part,
        case when is_return = 1 or says_back = 1 or (quantity < 0 and amount > 0) then 1 else 0 end as is_stated
    from judged as j
    where reason is null
),

signed as (
    select s.*, case when is_stated = 1 or (amount < 0 and not ({netted})) then 1 else 0 end as is_backward
    from stated as s
    {fence}
),

sales as (
    select
        order_id,
        customer_id,
        customer_hash,
        part,
        is_backward as is_back,
        day,
        ymd,
        ts,
        amount,
        case when is_backward = 1 then -abs(amount) else amount end as money,
        coalesce(refund, 0) as refund,
        case when is_backward = 1 then -abs(cost) else cost end as cost,
        case when is_backward = 1 then -abs(margin) else margin end as margin,
        case when is_backward = 1 then -abs(quantity) else quantity end as quantity,
        channel,
        manager,
        name,
        city,
        phone,
        email,
        product_id,
        product_name,
        category
    from signed
)
