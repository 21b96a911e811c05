/* cms_people.h - whom the fuzzed messages are for: fixed, so that what was found once is found
 * again. Made with openssl 3.0 for this one use; the keys guard nothing. */
#ifndef HS_TEST_FUZZ_CMS_PEOPLE_H
#define HS_TEST_FUZZ_CMS_PEOPLE_H

static const char people_ec_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBizCCATGgAwIBAgIBBzAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZMYWIgQ0Ew\n"
    "HhcNMjYxMTIxMjAwNjMxWhcNNDYwMTIwMjAwNjMxWjAPMQ0wCwYDVQQDDARmdXp6\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHDcsi8qgyKncKmdIyz3ZSEtR9Msd\n"
    "oy3UGsuj2fnnF5TDmqnlAEwPQlsfNxXjyl1rbTFNtFsHbm3Xx2a+NkLnd6N8MHow\n"
    "HQYDVR0OBBYEFJ7ohwXSYWSVugvw+/dKo5Q1ve3HMAsGA1UdDwQEAwIDqDATBgNV\n"
    "HSUEDDAKBggrBgEFBQcDBDAWBgNVHREEDzANgQtmdXp6QGEudGVzdDAfBgNVHSME\n"
    "GDAWgBQHbNuh4qw6caXqyAGI1/Y19WNsPDAKBggqhkjOPQQDAgNIADBFAiEA/mX0\n"
    "Rgzeq6JdBCIli6wqRSdHrMaSJuWAXlDPbwJyePsCIDUiHOJJVVyojkPrTuEtJhjx\n"
    "b+Md8aZR3TnsAazkJWkk\n"
    "-----END CERTIFICATE-----\n";

static const char people_ec_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5scE0J9OF+G308Qh\n"
    "etUbMl2/UoUgamgGhGyuZYN/IuihRANCAAQcNyyLyqDIqdwqZ0jLPdlIS1H0yx2j\n"
    "LdQay6PZ+ecXlMOaqeUATA9CWx83FePKXWttMU20WwdubdfHZr42Qud3\n"
    "-----END PRIVATE KEY-----\n";

static const char people_rsa_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB0jCCAXigAwIBAgIBCDAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZMYWIgQ0Ew\n"
    "HhcNMjYxMTIxMjAwNjMxWhcNNDYwMTIwMjAwNjMxWjAPMQ0wCwYDVQQDDARmdXp6\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDKlnnuZPVgmwunKj8ozDOjABMG\n"
    "50GPKkOa7q2ffNIsoGPUOT7Y20yY6foMhsBoDjl8EVyvcL8ez3X7XZ6kNg031UlF\n"
    "aCF6ZqFOdC/GEtKvSy7wKk41335Stq+0xR4LraE9N+6uIMfZyIfscMks6t18kreU\n"
    "MVVKV+QX+BZhKnPQIQIDAQABo3wwejAdBgNVHQ4EFgQUP4ShqG281dtnzzVKF6kV\n"
    "ejzD0WAwCwYDVR0PBAQDAgOoMBMGA1UdJQQMMAoGCCsGAQUFBwMEMBYGA1UdEQQP\n"
    "MA2BC2Z1enpAYS50ZXN0MB8GA1UdIwQYMBaAFAds26HirDpxperIAYjX9jX1Y2w8\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIQDGR9AjS36odMqXhn2ojJbDR+uFi2YxsUXQwoRE\n"
    "fDduywIgVaNo+JtlrLuWo7dQcGjR2BF46WGL072zJNTAXqjp5qY=\n"
    "-----END CERTIFICATE-----\n";

static const char people_rsa_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMqWee5k9WCbC6cq\n"
    "PyjMM6MAEwbnQY8qQ5rurZ980iygY9Q5PtjbTJjp+gyGwGgOOXwRXK9wvx7Pdftd\n"
    "nqQ2DTfVSUVoIXpmoU50L8YS0q9LLvAqTjXfflK2r7TFHgutoT037q4gx9nIh+xw\n"
    "ySzq3XySt5QxVUpX5Bf4FmEqc9AhAgMBAAECgYEAwOsk9+EKTlG3ehvgA3DZ52ol\n"
    "tFg6dSQRNxP9ILiTyM1/41QURhwnyCJf7NfRmAWbtksuUR9z0NpNBu8zKDsUv5ll\n"
    "ZD9iHiMtLlMZBJXZ6BVr4yAoXgTeNkgUHQieUMcuASBg6x9OfL2rOwnjvQY6IJhI\n"
    "68SW6qInaF4xNeF6UKUCQQDt53zj7PZG479bNhgatLd3hNHkbzefYpjT6uqKOiBD\n"
    "dlrvNk+NGjZ3Exojs1elMRk5TRvuZok51pmfYCJQNn6nAkEA2f9M67quaPal7p3v\n"
    "p5XKgs+HtKvpG57MyEwMRdyVaSWi4NiDuTFB/Gbs2knUfjCTKxtLFIpmEMyPr+z4\n"
    "Odwb9wJATy3gTyuqu+VI5t6WHy1OcqTuBo1Ngeqa2s0wyliWLF3T3hHBYED9J5xf\n"
    "8snZvc0djAix5yKRQYK/FmA0i2XXuQJAN88eWDMgt4p9jIsucY7tm3OZ4G0qboHH\n"
    "F3gwpCoGrjaOblW/00eDByUqee/w0KWK57xDCm0sGBzmpDlciyOInQJAKULbflGk\n"
    "IWwHQr9Zrz7RMyIfjZzDQ72fGhCSLz0zQ6LO/N4dF/YD/7KjLmhHksNcMFp3tiXE\n"
    "7YZaUKGgJd39hw==\n"
    "-----END PRIVATE KEY-----\n";

#endif
