#!/bin/sh
# Writes openssl_revocation.h: revocation lists and OCSP responses that a tool other than ours made.
# Run it by hand (OpenSSL 3) when one more kind is needed; all are made anew then.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
# What OpenSSL says is shown where something fails.
trap 'cat "$work/log" >&2; rm -rf "$work"' EXIT
cd "$work"

cat > ca.cnf <<'END'
[ca]
default_ca = here
[here]
database = index.txt
default_md = sha256
crlnumber = number
certificate = root.pem
private_key = root.key
[plain]
authorityKeyIdentifier = keyid
[users]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @users_scope
[users_scope]
onlyuser = TRUE
[cas]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @cas_scope
[cas_scope]
onlyCA = TRUE
[place]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @place_scope
[place_scope]
fullname = URI:http://ca.test/crl
[elsewhere]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @elsewhere_scope
[elsewhere_scope]
fullname = URI:http://ca.test/other
[indirect]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @indirect_scope
[indirect_scope]
indirectCRL = TRUE
[reasons]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @reasons_scope
[reasons_scope]
onlysomereasons = keyCompromise
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical, ASN1:INTEGER:1
[unknown]
authorityKeyIdentifier = keyid
1.2.3.4.5 = critical, ASN1:UTF8String:x
END

key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}
root() { # name usage
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "/CN=Revoking root" -days 36500 -set_serial 1 \
        -addext "keyUsage=critical,$2" -out "$1.pem"
}
cert() { # name serial issuer subject extensions
    [ -f "$1.key" ] || key "$1"
    printf '%b' "$5" > ext
    openssl req -new -key "$1.key" -subj "$4" -out csr
    openssl x509 -req -in csr -CA "$3.pem" -CAkey "$3.key" -set_serial "$2" -days 36400 \
        -extfile ext -out "$1.pem"
}
list() { # name section option...
    name=$1
    section=$2
    shift 2
    openssl ca -config ca.cnf -gencrl -crldays 30 -crlexts "$section" -out "$name.crl" "$@"
}
answer() { # name certificate responder option...
    name=$1
    about=$2
    responder=$3
    shift 3
    openssl ocsp -issuer root.pem -cert "$about.pem" -no_nonce -reqout request
    openssl ocsp -index index.txt -CA root.pem -rsigner "$responder.pem" -rkey "$responder.key" \
        -reqin request -respout "$name.ocsp" -ndays 7 "$@"
}

names='subjectAltName=DNS:a.test\nextendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
place='crlDistributionPoints=URI:http://ca.test/crl\n'
{
    root root keyCertSign,cRLSign
    root silent keyCertSign
    cert good 7 root /CN=a.test "$names$place"
    cert revoked 8 root /CN=a.test "$names"
    cert staple 10 root /CN=a.test "${names}tlsfeature=status_request\n"
    cert quiet 7 silent /CN=a.test "$names"
    cert mid 11 root /CN=mid 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
    cert low 7 mid /CN=a.test "$names"
    cert responder 12 root /CN=Responder 'extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n'
    cert unfit 13 root /CN=Unfit 'extendedKeyUsage=serverAuth\n'
    cert fallen 14 root /CN=Fallen 'extendedKeyUsage=OCSPSigning\n'
    cert stranger 15 silent /CN=Stranger 'extendedKeyUsage=OCSPSigning\n'
    echo 01 > number
    echo "unique_subject = no" > index.txt.attr
    {
        printf 'V\t21000101000000Z\t\t07\tunknown\t/CN=a.test\n'
        printf 'R\t21000101000000Z\t260101000000Z,keyCompromise\t08\tunknown\t/CN=a.test\n'
        printf 'V\t21000101000000Z\t\t0A\tunknown\t/CN=a.test\n'
        printf 'V\t21000101000000Z\t\t0B\tunknown\t/CN=mid\n'
        printf 'R\t21000101000000Z\t260102000000Z\t0E\tunknown\t/CN=Fallen\n'
    } > index.txt
    for section in plain users cas place elsewhere indirect reasons delta unknown; do
        list $section $section
    done
    list expired plain -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z
    list future plain -crl_lastupdate 20900101000000Z -crl_nextupdate 20910101000000Z
    sed '/^crlnumber/d' ca.cnf > unnumbered.cnf
    openssl ca -config unnumbered.cnf -gencrl -crldays 30 -crlexts plain -out unnumbered.crl
    # A reason is an extension, and those make it version 2.
    sed 's/,keyCompromise//' index.txt > bare.txt
    cp index.txt.attr bare.txt.attr
    sed 's/^database.*/database = bare.txt/' unnumbered.cnf > version1.cnf
    openssl ca -config version1.cnf -gencrl -crldays 30 -out version1.crl
    list other plain -cert silent.pem -keyfile silent.key
    sed 's/^authorityKeyIdentifier.*//' ca.cnf > bare.cnf
    openssl ca -config bare.cnf -gencrl -crldays 30 -crlexts users -out forged.crl \
        -cert silent.pem -keyfile silent.key
    answer good good root
    answer revoked revoked root
    answer unknown responder root
    answer by_key good root -resp_key_id
    answer delegated good responder
    answer unfit good unfit
    answer fallen good fallen
    answer stranger good stranger
    answer bare good responder -resp_no_certs
    openssl ocsp -issuer root.pem -cert good.pem -no_nonce -reqout request
    openssl ocsp -index index.txt -CA root.pem -rsigner root.pem -rkey root.key \
        -reqin request -respout endless.ocsp
    openssl ocsp -issuer root.pem -cert good.pem -nonce -reqout request
    openssl ocsp -index index.txt -CA root.pem -rsigner root.pem -rkey root.key -ndays 7 \
        -reqin request -respout nonce.ocsp
    openssl ocsp -sha256 -issuer root.pem -cert good.pem -no_nonce -reqout request
    openssl ocsp -index index.txt -CA root.pem -rsigner root.pem -rkey root.key -ndays 7 \
        -reqin request -respout sha256.ocsp
    printf '\060\003\012\001\003' > try_later.ocsp
} > "$work/log" 2>&1
trap 'rm -rf "$work"' EXIT

{
    echo "/* openssl_revocation.h - written by openssl_revocation.sh with $(openssl version | cut -d' ' -f1,2). */"
    echo "#ifndef HS_TESTS_OPENSSL_REVOCATION_H"
    echo "#define HS_TESTS_OPENSSL_REVOCATION_H"
    echo
    echo "/* When all of it was made. */"
    echo "enum { REVOCATION_NOW = $(date +%s) };"
    for name in root silent good revoked staple quiet mid low responder; do
        echo
        echo "static const char rev_${name}[] ="
        sed 's/.*/    "&\\n"/' "$name.pem" | sed '$s/$/;/'
    done
    for file in *.crl; do
        echo
        echo "static const char crl_${file%.crl}[] ="
        sed 's/.*/    "&\\n"/' "$file" | sed '$s/$/;/'
    done
    for file in *.ocsp; do
        echo
        echo "static const uint8_t ocsp_${file%.ocsp}[] = {"
        od -An -v -tx1 "$file" | sed 's/ \(..\)/ 0x\1,/g; s/^ /    /'
        echo "};"
    done
    echo
    echo "#endif"
} > "$here/openssl_revocation.h"
clang-format -i "$here/openssl_revocation.h"
