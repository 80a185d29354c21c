-- What every commit of an answer begins with. An owner that was fenced is told so by an error, which keeps everything that
-- was sent behind it from being committed, so that a whole commit is one trip to the database.

-- Holds the run's row as its owner in this epoch may hold it: shared, so that appends do not wait for each other, and a
-- takeover waits for all of them.
create function hold_run(run_id uuid, run_epoch integer) returns void
  language plpgsql
as $$
begin
  perform from run where id = run_id and epoch = run_epoch for share;
  if not found then
    raise exception using errcode = 'AI001', message = 'this run is written in another epoch, or is gone';
  end if;
end
$$;
