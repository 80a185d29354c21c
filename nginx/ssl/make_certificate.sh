#!/bin/sh
# Makes a first certificate for nginx, signed by itself: browsers warn, and no one else vouches for it.
# What is there is kept; one that was made here is renewed before it ends.
set -eu

if [ $# -gt 0 ]; then
  echo "Usage: [PUBLIC_URL=https://chat.example.com] nginx/ssl/make_certificate.sh
Makes nginx/ssl/fullchain.pem and privkey.pem for that host and api.<host>, unless there is a certificate."
  [ "$1" = --help ] || [ "$1" = -h ] || exit 2
  exit 0
fi

cd "$(dirname "$0")"
maker='AI Assistant, signed by itself'
days=397
month=$((30 * 24 * 3600))

host=${PUBLIC_URL:-https://localhost}
host=${host#*://}
host=${host%%[:/]*}

ours() { openssl x509 -noout -issuer -in fullchain.pem | grep -qF "$maker"; }
lasts() { openssl x509 -noout -checkend "$month" -in fullchain.pem >/dev/null; }
names_host() { openssl x509 -noout -checkhost "$host" -in fullchain.pem | grep -q 'does match'; }

if [ -s fullchain.pem ] && [ -s privkey.pem ]; then
  if ! ours; then
    lasts || echo 'The certificate in nginx/ssl ends within 30 days: renew it.' >&2
    exit 0
  fi
  if lasts && names_host; then exit 0; fi
fi

umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$days" -sha256 \
  -subj "/O=$maker/CN=$host" \
  -addext "subjectAltName=DNS:$host,DNS:api.$host,DNS:localhost,DNS:api.localhost,IP:127.0.0.1" \
  -addext 'keyUsage=critical,digitalSignature' -addext 'extendedKeyUsage=serverAuth' \
  -keyout privkey.new -out fullchain.new 2>/dev/null
chmod 644 fullchain.new
mv privkey.new privkey.pem
mv fullchain.new fullchain.pem

# In a container this runs as root; the files belong to whoever owns the folder.
if [ "$(id -u)" = 0 ]; then chown "$(stat -c %u:%g .)" privkey.pem fullchain.pem; fi
echo "Made a certificate for $host, signed by itself. nginx/ssl/README.md tells how to bring a real one."
