-- grain: kind x outcome of the contacts in the data
select kind, outcome, count(*) as n from mart_touch group by kind, outcome order by n desc limit 1000
