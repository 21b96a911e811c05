#!/bin/sh
# Writes openssl_certs.h: certificates that a tool other than ours made, for tests of reading and
# judging. Run it by hand (OpenSSL 3) when one more kind is needed; all are made anew then.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > leaf.ext <<'END'
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:a.test
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
END
cat > rich.ext <<'END'
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth,1.2.3.4
subjectAltName=DNS:*.a.test,DNS:a.test,IP:127.0.0.1,IP:2001:db8::1,email:a@a.test,URI:https://a.test/x,dirName:dn,RID:1.2.3.4,otherName:1.2.3.5;UTF8:hello
issuerAltName=DNS:ca.test
certificatePolicies=critical,1.2.3.4,@policy
authorityInfoAccess=OCSP;URI:http://ocsp.test/,caIssuers;URI:http://ca.test/ca.cer
crlDistributionPoints=URI:http://ca.test/crl
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid,issuer:always
tlsfeature=status_request
[policy]
policyIdentifier=1.2.3.5
CPS.1=http://ca.test/cps
[dn]
C=DE
CN=directory
END
cat > unknown.ext <<'END'
basicConstraints=critical,CA:FALSE
subjectAltName=DNS:a.test
1.2.3.4.5=critical,ASN1:UTF8String:x
END
cat > policy.ext <<'END'
subjectAltName=DNS:a.test
policyConstraints=critical,requireExplicitPolicy:0
END
: > none.ext

root() { # name subject option...
    name=$1
    subject=$2
    shift 2
    openssl req -x509 -new -key "$name.key" -subj "$subject" -days 36500 -set_serial 1 \
        -addext keyUsage=critical,keyCertSign -out "$name.pem" "$@"
}
leaf() { # name key ext issuer option...
    name=$1
    key=$2
    ext=$3
    issuer=$4
    shift 4
    openssl req -new -key "$key.key" -subj "${dn:-/CN=a.test}" -utf8 -multivalue-rdn -out csr
    openssl x509 -req -in csr -CA "$issuer.pem" -CAkey "$issuer.key" -set_serial "${serial:-7}" \
        -days 36400 -extfile "$ext.ext" -out "$name.pem" "$@"
}

{
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out root.key
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.key
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.key
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k256.key
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa1024.key
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out pss_root.key
    openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
        -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 \
        -pkeyopt rsa_pss_keygen_saltlen:32 -out rsa_pss.key
    openssl genpkey -algorithm ED25519 -out ed25519.key
    openssl genpkey -algorithm ED448 -out ed448.key
    root root "/O=Elsewhere/CN=Root by OpenSSL"
    root pss_root "/CN=PSS root" -sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48
    leaf good p256 leaf root
    leaf sha1 p256 leaf root -sha1
    leaf v1 p256 none root
    dn="/C=DE/O=Große Firma/OU=x+CN=a.test/emailAddress=a@a.test" leaf rich p256 rich root
    leaf unknown p256 unknown root
    leaf policy p256 policy root
    serial=0 leaf serial_zero p256 leaf root
    serial=-5 leaf serial_negative p256 leaf root
    leaf rsa1024 rsa1024 leaf root
    leaf ed25519 ed25519 leaf root
    leaf ed448 ed448 leaf root
    leaf k256 k256 leaf root
    leaf p521 p521 leaf root
    leaf rsa_pss rsa_pss leaf root
    leaf signed_pss p256 leaf pss_root -sha384 -sigopt rsa_padding_mode:pss \
        -sigopt rsa_pss_saltlen:48
    openssl req -x509 -new -key p256.key -subj /CN=localhost -days 36500 \
        -addext subjectAltName=DNS:localhost -out self_signed.pem
} 2> "$work/log" || { cat "$work/log" >&2; exit 1; }

{
    echo "/* openssl_certs.h - written by openssl_certs.sh with $(openssl version | cut -d' ' -f1,2). */"
    echo "#ifndef HS_TESTS_OPENSSL_CERTS_H"
    echo "#define HS_TESTS_OPENSSL_CERTS_H"
    for name in root pss_root self_signed good sha1 v1 rich unknown policy serial_zero \
        serial_negative rsa1024 ed25519 ed448 k256 p521 rsa_pss signed_pss; do
        echo
        echo "static const char openssl_${name}[] ="
        sed 's/.*/    "&\\n"/' "$name.pem" | sed '$s/$/;/'
    done
    echo
    echo "static const char openssl_p256_key[] ="
    sed 's/.*/    "&\\n"/' p256.key | sed '$s/$/;/'
    echo
    echo "#endif"
} > "$here/openssl_certs.h"
