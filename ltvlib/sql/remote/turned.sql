-- grain: one row; money that changes without a row leaving: signs of returns, and what a refund column gives back
select
    (select count(*) from sales where money <> amount) as turned,
    (select cast(coalesce(sum(money - amount), 0) as bigint) from sales) as turned_amount,
    (select count(*) from docs where given_back <> 0) as returned,
    (select cast(coalesce(sum(given_back), 0) as bigint) from docs) as returned_amount
