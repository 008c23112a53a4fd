,

-- place is 1-based among the customer's orders; refunds come after them. day_before means nothing where place is 1
numbered as (
    select o.*, row_number() over w as place, lag(day) over w as day_before
    from o
    window w as (partition by customer_hash order by is_order desc, ts, order_id)
)
