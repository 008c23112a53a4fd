-- Grain: one record that is no sale: cancelled, not (yet) sold, or an order that came back as a whole.
with judged_status as (
    select
        line,
        order_id,
        {worth} as worth,
        case when {repeated} then 0 else coalesce(amount, 0) end as amount,
        coalesce(is_cancelled, false) as is_cancelled,
        says_back and not is_return as says_back,
        not says_back and {unsold} as is_unsold,
        coalesce({cancelled}, false) as is_known_cancelled
    from live
)

select
    line,
    case
        when is_cancelled or (is_unsold and is_known_cancelled) then 'cancelled'
        when is_unsold then 'not_a_sale'
        else 'returned'
    end as reason,
    false as is_merged,
    amount
from judged_status
where is_cancelled or is_unsold or (says_back and coalesce(worth, 0) >= 0 and not ({sold}))
