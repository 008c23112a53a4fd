-- Grain: one record that counts, with its money signed: returns are negative, whatever their sign in the file.
-- A negative line folds into the order of the same number, customer and day ({netted}); alone it is money back.
create or replace {kind} sales as
with marked as (
    select
        *,
        {part} as part,
        is_return or says_back or {counter} as is_stated,
        {worth} as worth
    from live
),

signed as (
    select *, is_stated or (coalesce(worth, 0) < 0 and not ({netted})) as backward
    from marked
)

select
    line, order_id, customer_id, ordered_at, part, display_name, product_id, product_name, category, channel,
    manager, city, status, phone, email, quantity,
    backward as is_back,
    worth,
    coalesce(case when backward then -abs(worth) else worth end, 0) as money,
    {refund} as refund,
    case when backward then -abs({cost}) else {cost} end as cost,
    case when backward then -abs({margin}) else {margin} end as margin,
    case when backward then -abs({line_money}) else {line_money} end as line_money
from signed
