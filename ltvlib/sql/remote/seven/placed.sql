-- back = 0 is the month that ends at as_of
placed as (
    select
        o.*,
        $ltv_as_of_month - month - case when day_of_month >= $ltv_as_of_day_of_month then 1 else 0 end as back
    from o
)
