,

-- place is 1-based among the customer's orders; refunds come after them
numbered as (
    select o.*, row_number() over (partition by customer_hash order by is_order desc, ts, order_id) as place
    from o
)
