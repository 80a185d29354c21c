#!/bin/sh
# Starts nginx with the limit on bodies that the servers behind it have: UPLOAD_MAX_BYTES. Options are passed on to nginx.
set -eu

limit=${UPLOAD_MAX_BYTES:-10485760}
case $limit in
  *[!0-9]*)
    echo "UPLOAD_MAX_BYTES is to be a whole number of bytes, and it is '$limit'." >&2
    exit 1
    ;;
esac
# shellcheck disable=SC2016 # $host and $body_limit are nginx's
printf 'client_max_body_size %s;\nmap $host $body_limit { default %s; }\n' "$limit" "$limit" >/tmp/body_limit.conf
exec nginx -g 'daemon off;' "$@"
