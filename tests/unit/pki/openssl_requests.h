/* openssl_requests.h - requests for certificates that a tool other than ours made. */
#ifndef HS_TESTS_OPENSSL_REQUESTS_H
#define HS_TESTS_OPENSSL_REQUESTS_H

/* Made with OpenSSL: a challengePassword, an unstructuredName, and a request for extensions. */
static const char request_rich[] =
    "-----BEGIN CERTIFICATE REQUEST-----\n"
    "MIIBVTCB/QIBADAdMQ8wDQYDVQQDDAZhLnRlc3QxCjAIBgNVBAoMAVgwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAARwBCikmWTgCbMa6c34Qi0L1xFHu+CcSv9scHjP\n"
    "mHqsQ+6bMPN/IHigljspOUxdbWxnHsitl1hesUCx0qL9Yn2NoH4wEgYJKoZIhvcN\n"
    "AQkCMQUMA29kZDAVBgkqhkiG9w0BCQcxCAwGc2VjcmV0MFEGCSqGSIb3DQEJDjFE\n"
    "MEIwFwYDVR0RBBAwDoIGYS50ZXN0hwR/AAABMA4GA1UdDwEB/wQEAwIHgDAMBgNV\n"
    "HRMEBTADAQH/MAkGAyoDBAQCBQAwCgYIKoZIzj0EAwIDRwAwRAIgEVRrgfxRdMj4\n"
    "RNsq7jSmLKJn+uCkY4LRYgvmSKPMPnUCIDcIoDTkDywfJ3liozEQyP/BpJVf6yRD\n"
    "iUJsTRe7wvyZ\n"
    "-----END CERTIFICATE REQUEST-----\n";

static const char request_bare[] =
    "-----BEGIN CERTIFICATE REQUEST-----\n"
    "MIHKMHECAQAwDzENMAsGA1UEAwwEYmFyZTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
    "A0IABHAEKKSZZOAJsxrpzfhCLQvXEUe74JxK/2xweM+YeqxD7psw838geKCWOyk5\n"
    "TF1tbGceyK2XWF6xQLHSov1ifY2gADAKBggqhkjOPQQDAgNJADBGAiEApq0feKvv\n"
    "Nh7zPnsOfLrK80bjBbEIHGSLQWIkn0MZBFgCIQDezL0EModvA4E/KS2ej2exa0U1\n"
    "O1oNM0ZwGDG1E78Iwg==\n"
    "-----END CERTIFICATE REQUEST-----\n";

#endif
