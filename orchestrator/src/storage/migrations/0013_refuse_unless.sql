-- What a transaction takes for granted instead of looking first: where it is not so, nothing of it is committed, and nobody
-- had to wait for the answer.

create function refuse_unless(fulfilled boolean) returns void
  language plpgsql
as $$
begin
  if fulfilled is not true then
    raise exception using errcode = 'AI002', message = 'something that was taken for granted is not so';
  end if;
end
$$;
