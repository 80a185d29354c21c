#!/usr/bin/env bash
# Dumps the database that PG* names into BACKUP_DIR (/backup), reads the dump back, and forgets old ones.
# A dump that is not whole never gets the name of a backup.
set -euo pipefail
folder=${BACKUP_DIR:-/backup}
days=${BACKUP_RETENTION_DAYS:-30}
name=${PGDATABASE}_$(date -u +%Y%m%d_%H%M%S).dump
part=$folder/$name.part
rm -f "$folder"/*.part

pg_dump --format=custom --compress=6 --file="$part"
# Every table's data is decompressed and read; a dump that was cut off fails here.
pg_restore --file=/dev/null "$part"
sync "$part"
(cd "$folder" && sha256sum "$name.part" | sed 's/\.part$//' >"$name.sha256")
mv "$part" "$folder/$name"
echo "$name: $(stat -c %s "$folder/$name") bytes"

find "$folder" -maxdepth 1 \( -name '*.dump' -o -name '*.dump.sha256' \) -mtime "+$days" -delete
