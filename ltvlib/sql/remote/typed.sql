-- grain: one row of the remote table; only what is mapped
with typed as (
    select
        {columns}
    from {table}
    {where}
    {fence}
)
