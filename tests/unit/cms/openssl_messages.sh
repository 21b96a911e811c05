#!/bin/sh
# Writes openssl_messages.h: people and messages by openssl cms, for test_open.c.
# Usage: tests/unit/cms/openssl_messages.sh > tests/unit/cms/openssl_messages.h
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

person() { # name, key options...
    name=$1
    shift
    printf 'subjectKeyIdentifier=hash\nextendedKeyUsage=emailProtection\nsubjectAltName=email:%s@a.test\nkeyUsage=digitalSignature,keyEncipherment,keyAgreement\n' "$name" >ext
    openssl req -newkey "$@" -nodes -keyout "$name.key" -out csr -subj "/CN=$name" 2>/dev/null
    openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -out "$name.pem" -days 9000 \
        -extfile ext 2>/dev/null
}

literal() { # name, file
    printf '\nstatic const char openssl_%s[] =\n' "$1"
    sed 's/.*/    "&\\n"/; $s/$/;/' "$2"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
    -subj "/CN=Mail CA" -days 9000 2>/dev/null
person rsa rsa:2048
person ec ec -pkeyopt ec_paramgen_curve:P-256
printf 'meet me at noon' >m
openssl cms -sign -binary -nodetach -in m -signer ec.pem -inkey ec.key -outform DER -out ec.der
openssl cms -sign -binary -nodetach -in m -signer rsa.pem -inkey rsa.key -outform DER -out rsa.der

seal() { # source, out, options...
    source=$1
    out=$2
    shift 2
    openssl cms -encrypt -binary -in "$source" -outform PEM -out "$out" "$@"
}
seal ec.der oaep -aes-256-gcm -recip rsa.pem -keyopt rsa_padding_mode:oaep
seal rsa.der ecdh -aes-128-gcm -stream -recip ec.pem
seal ec.der pkcs1 -aes-256-gcm -recip rsa.pem
seal ec.der cbc -aes-256-cbc -recip rsa.pem
seal m unsigned -aes-256-gcm -recip ec.pem
for md in sha256 sha1; do
    openssl cms -sign -binary -nodetach -in m -signer rsa.pem -inkey rsa.key -md $md -outform PEM \
        -out signed_$md
done

openssl cms -sign -binary -nodetach -nocerts -in m -signer ec.pem -inkey ec.key -outform PEM \
    -out signed_bare

version=$(openssl version | cut -d' ' -f1,2)
cat <<END
/* openssl_messages.h - made by openssl_messages.sh with $version; do not edit. The keys are
 * for nothing but this. */
#ifndef HS_TESTS_OPENSSL_MESSAGES_H
#define HS_TESTS_OPENSSL_MESSAGES_H
END
for name in rsa ec; do
    literal "${name}_cert" $name.pem
    literal "${name}_key" $name.key
done
for name in oaep ecdh pkcs1 cbc unsigned signed_sha256 signed_sha1 signed_bare; do
    literal $name $name
done
printf '\n#endif\n'
