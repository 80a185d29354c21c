-- The answers that are being written for a person, of which there is a limit.
create index run_running_of_person on run (owner_id) where state = 'running';
