-- Grain: one record of {rows}, with the reason why it is no sale in `verdict`: cancelled, not (yet) sold, or an
-- order that came back as a whole; NULL where it is a sale.
with statuses as (
    select
        *,
        {worth} as worth_here,
        coalesce(is_cancelled, false) as cancels,
        says_back and not is_return as gives_back,
        not says_back and {unsold} as sells_not
    from {rows}
)

select
    * exclude (worth_here, cancels, gives_back, sells_not),
    case
        when cancels or (sells_not and coalesce({cancelled}, false)) then 'cancelled'
        when sells_not then 'not_a_sale'
        when gives_back and coalesce(worth_here, 0) >= 0 and not ({sold}) then 'returned'
    end as verdict
from statuses
