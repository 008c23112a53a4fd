-- Grain: one record that was set aside, refused or merged, with the whole record as text.
select d.line, coalesce(n.name, '') as "column", d.reason, left({text}, 500) as text
from dropped as d
join {rows} as r using (line)
left join (select unnest($reasons) as reason, unnest($names) as name) as n using (reason)
where d.is_merged = $merged
union all
select unnest($lines), '', unnest($slugs), left(unnest($texts), 500)
order by 1
