-- Grain: one record of the file. Mapped columns only, typed; nothing is refused yet.
create or replace {kind} staged as
select
    line,
    {columns}
from raw_rows {joins}
