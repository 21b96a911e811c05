/* key_files.h - private keys made for these tests by OpenSSL's command line; they protect nothing.
 * All the P-256 files and all enc_* (password "secret") hold one and the same key. */
#ifndef HS_TESTS_KEY_FILES_H
#define HS_TESTS_KEY_FILES_H

static const char file_rsa_pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC/4TzqMVLCOJNp\n"
    "mKOPYoenUciEpWojNuRMDsqfrnH0S5Rwnzpozk+Ph+vfXkbc+CeEvMjmUCc8fslx\n"
    "HrWepLGPirNbDI2vK9hDT1dcpl4/aO9A0/tuK8/Hk/gd8L1eDF+ULxa7a0BgCZ4O\n"
    "dxSYFqpa+r7f+3m/HVBc3MsS89u7xstvmyZxytBms5xVIfSvrD54MvwOuUiiELZo\n"
    "twPfgjtEWXZoCmuWtyB7i54aI/eAP11lM9iQ1BbXvkOPIQsyXqA0BGYc0rNsQedK\n"
    "r2OwA0Q/2B0cMbi+2lmNr+doP0P/mMX3AKblv2aTSN1+PdsP3hCbNfkv1bCL8QEC\n"
    "6LDwM6xXAgMBAAECggEAAP/BIN305BIPeGXhnR1pOUW7jlvMwvvBc0/IYAVZiOc5\n"
    "5VGygv2MHnTPhNM3yV3cgH6QCXqo0lWpLrZbYyGdA2+KEeqsk6gE7CUzi0t6i7IT\n"
    "S7nU2x7/106Tp4ZIS1gsFxSqJer0P694fvrFLbdPRwxhkF7/oJNZntEdBELvDgfT\n"
    "m83FLUe8witamAOzALZqPbTP7pSH+FPGr0mr3qI01MbTV73tr1PeG5yEcgOjoqA6\n"
    "b1lMu9y6BnpBoWYZOe7xGl+84e9oJR6ST/sZ+rncrVA/2oA9gyt/fYURvXutXK4i\n"
    "o9jvn8/581SnlK9hYPIacPc+ZRdqTeYrC7IomklqGQKBgQDunULoSCVT60/9PuSz\n"
    "l/UW+Ma3CYkb6FNkZSq2g7E+eesyHCbmA0KcboJaX2MhY3HeXedFLKYnH9wboEwu\n"
    "87kS0v3Sjpa6Scnw6bFK7IMDuvDXwJk31JCyq5rOAWZ1rFByPI/rsOc62Dujj/OL\n"
    "2xBGBvqNToNDwnjx01dxC+NTiQKBgQDN3EPLVpmfNxfJKTXXnUVOFQR/O83NJi6N\n"
    "0QaZGYVVCcB4Pv8YqhuXGvfsSWMu/xBoGs2gII6d5G+0/eznknzOM2snt7RQxJNB\n"
    "hAORiOZxurLTG0E/l5iRVfMZldeiOPorsiWgFmlS/x/7wm+T6bTePtUc5aftVjP0\n"
    "PFYycHyo3wKBgQDVg40CMsSMEizyTBvzhE8Abj3KPVMd0McGN+x/gtnQMOI/Zad8\n"
    "/H/XYJ9t5JrcnpKeyuIOKQTIT57ybX6eKOJ7sKcFiSfgq/RyiXpms7oMVXP7a1Du\n"
    "/1s3NY0BN4mKVFVr0ztpSFOweRrsofvpMm2ea9I5LX8R2+vDYDyHYH7bGQKBgBCi\n"
    "rBfSd7eWDCYFXoR+AQu+Rw7BFnBtlXWAXrggh9XHY/ZToOmtVW1wkHhXtdwmYH0J\n"
    "LXSzLNM1kpFds7dC7zL6lL4w6jFcsUmqEV/BYF3waGMG4M7ywTF9cJewtCw3zn+Z\n"
    "ddDp/rjmRP9jRwD88dDD4xTiuh9DyA8EkTKiRHChAoGAUMJzfaBmUzdDVtHCjqKC\n"
    "VQLhZvHgU5RsSkkBPf350rOx29zdX6Qyn+EWJfanqWdcCdzCX0seOq5iMvPLX0vE\n"
    "AF1M7PCGMM9R5tdY+gM92tEOz2++hc+EzY449CqR2SgmvRf38s6E5UmYY49Zwa1S\n"
    "U9XpmnWnR3/+CLyWYuNMAg0=\n"
    "-----END PRIVATE KEY-----\n";

static const char file_rsa_pkcs1[] =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIEowIBAAKCAQEAv+E86jFSwjiTaZijj2KHp1HIhKVqIzbkTA7Kn65x9EuUcJ86\n"
    "aM5Pj4fr315G3PgnhLzI5lAnPH7JcR61nqSxj4qzWwyNryvYQ09XXKZeP2jvQNP7\n"
    "bivPx5P4HfC9XgxflC8Wu2tAYAmeDncUmBaqWvq+3/t5vx1QXNzLEvPbu8bLb5sm\n"
    "ccrQZrOcVSH0r6w+eDL8DrlIohC2aLcD34I7RFl2aAprlrcge4ueGiP3gD9dZTPY\n"
    "kNQW175DjyELMl6gNARmHNKzbEHnSq9jsANEP9gdHDG4vtpZja/naD9D/5jF9wCm\n"
    "5b9mk0jdfj3bD94QmzX5L9Wwi/EBAuiw8DOsVwIDAQABAoIBAAD/wSDd9OQSD3hl\n"
    "4Z0daTlFu45bzML7wXNPyGAFWYjnOeVRsoL9jB50z4TTN8ld3IB+kAl6qNJVqS62\n"
    "W2MhnQNvihHqrJOoBOwlM4tLeouyE0u51Nse/9dOk6eGSEtYLBcUqiXq9D+veH76\n"
    "xS23T0cMYZBe/6CTWZ7RHQRC7w4H05vNxS1HvMIrWpgDswC2aj20z+6Uh/hTxq9J\n"
    "q96iNNTG01e97a9T3huchHIDo6KgOm9ZTLvcugZ6QaFmGTnu8RpfvOHvaCUekk/7\n"
    "Gfq53K1QP9qAPYMrf32FEb17rVyuIqPY75/P+fNUp5SvYWDyGnD3PmUXak3mKwuy\n"
    "KJpJahkCgYEA7p1C6EglU+tP/T7ks5f1FvjGtwmJG+hTZGUqtoOxPnnrMhwm5gNC\n"
    "nG6CWl9jIWNx3l3nRSymJx/cG6BMLvO5EtL90o6WuknJ8OmxSuyDA7rw18CZN9SQ\n"
    "squazgFmdaxQcjyP67DnOtg7o4/zi9sQRgb6jU6DQ8J48dNXcQvjU4kCgYEAzdxD\n"
    "y1aZnzcXySk1151FThUEfzvNzSYujdEGmRmFVQnAeD7/GKoblxr37EljLv8QaBrN\n"
    "oCCOneRvtP3s55J8zjNrJ7e0UMSTQYQDkYjmcbqy0xtBP5eYkVXzGZXXojj6K7Il\n"
    "oBZpUv8f+8Jvk+m03j7VHOWn7VYz9DxWMnB8qN8CgYEA1YONAjLEjBIs8kwb84RP\n"
    "AG49yj1THdDHBjfsf4LZ0DDiP2WnfPx/12CfbeSa3J6SnsriDikEyE+e8m1+niji\n"
    "e7CnBYkn4Kv0col6ZrO6DFVz+2tQ7v9bNzWNATeJilRVa9M7aUhTsHka7KH76TJt\n"
    "nmvSOS1/Edvrw2A8h2B+2xkCgYAQoqwX0ne3lgwmBV6EfgELvkcOwRZwbZV1gF64\n"
    "IIfVx2P2U6DprVVtcJB4V7XcJmB9CS10syzTNZKRXbO3Qu8y+pS+MOoxXLFJqhFf\n"
    "wWBd8GhjBuDO8sExfXCXsLQsN85/mXXQ6f645kT/Y0cA/PHQw+MU4rofQ8gPBJEy\n"
    "okRwoQKBgFDCc32gZlM3Q1bRwo6iglUC4Wbx4FOUbEpJAT39+dKzsdvc3V+kMp/h\n"
    "FiX2p6lnXAncwl9LHjquYjLzy19LxABdTOzwhjDPUebXWPoDPdrRDs9vvoXPhM2O\n"
    "OPQqkdkoJr0X9/LOhOVJmGOPWcGtUlPV6Zp1p0d//gi8lmLjTAIN\n"
    "-----END RSA PRIVATE KEY-----\n";

static const char file_rsa_pss[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEugIBADALBgkqhkiG9w0BAQoEggSmMIIEogIBAAKCAQEAmgR7E6DFURKEfEwc\n"
    "Qi9ouSr4/s33YdJuSf15I6gScmy4IBBPjYbKer0xyiA5dRLyMX6yg46NyR2lDyFY\n"
    "06ebnvLv0UzXwyP+9KPgNBfIuL8nevfjBBIPTf8B4dMzhmZBeEudtwsbDDRaN39M\n"
    "foI2dDiS+d/rLUTQDXo/CnjSSQ8uJSeBZmIFnY4/yYKO4wFHXb5YsXDAQp8MtFf+\n"
    "/VEOSx+X204k4I/B+QJ1LWUSx/kUdrCXv0BdpwkZWKIaaFVBq+zZkVRpcomnZ+xw\n"
    "UND+vpNZ04tQY0zKnsDAQxBZ10oHkeiwcGbLIh25fM/+APUG4f4i+n5rObKT39ay\n"
    "GjSzSQIDAQABAoIBACnTXK8cYmldW4A71RK+ODTM8DiWK3+zu0K5pJujyXqsfqYq\n"
    "d8gp2jPRzEMlVCUwg3ggfY8Pd/6tX8VHm41C/5Z/R9Qxh4iVbmf2Vu0epmJRewHA\n"
    "brSMyP436cVvaxctDsuB0W9Dg1FhqDxZBCd46hvOv08/WWj+PnfiglswK38uRXU1\n"
    "kqI8HgVjEFpUpOOdimohxHRtiCZccmgigqULzdB8GnwVAGjtZpSi17gkAD8Hlidr\n"
    "jKE9/GF48jcj4/DwQzdnVtJg4RVga/Kq9v49GlpVVBfbO43RPPqEKQ92kPjfYOcd\n"
    "dzkMqitQulq7wNlv2NrEabI8l+OFzjTn7VMbx1cCgYEA16FgOSHZt/Eg317XNbZ5\n"
    "SZpCBO7sO1X7b5lv094wOSLG7cIyEjjC4ZEXCcfe+e+jLsQW4VPpr0QMPGgmaQ2W\n"
    "XTBAg9UQgdABhsXfPEEPUzDa44L05zHDFDict975c3XFQVdvHd47aBscAq4xYdjx\n"
    "lV8CRXTabTAh7XX/q8RAlsMCgYEAttoneHxcSNj+t3wcKpoUwqDae9/GZaP/kShx\n"
    "iDMuKy1eGEjM1qdJAsEm8Vkkp2tUFuQXzz/INJrSZ+UrKZ1eoAUVSOqFfUo8N9yp\n"
    "Hevsq3853LDIiIzM7MRarxB1dFD8gM3OKtyfdoDvPD+Y9LOkys5fu/gXGyRNW7Me\n"
    "FfaoZQMCgYAj+MrpnQkKE5LNULAMSN2g9rfuxMDqASUJ8AnkyVs4HOIcxdm+inOQ\n"
    "V7kFK6+5+E07vwCmJG6Gi46TATjvK5IbB7Kri37OeRnYFuhvz9azpSHO9IjQjM+j\n"
    "bvJOBkeNCGeYx/JEhE9axbL9i3u3fA6JQalKVv0dW/s89wNo7ztrKwKBgGcHTtwt\n"
    "vlXxprw+OySqAu6TcegAc6qLmJHy5t2mcOo1OuKWCo0cXyAlM0skPmnzKMNpLB1D\n"
    "xAwX/Fw8HXDqUgn6Mz8Nnb+1125mcAgDCiyrmC/IkIWYSFNUZABmVrf+dfghfnxa\n"
    "KaO9DI+3Cfk/S6hWVkz0ghhyAQCdUWNwwvt/AoGAdKlHpw1RuQlTl87m/ZxByCj+\n"
    "+klWvQRs6apFLx7WSk4Iayap6tTaqCVpsba52eF3f86IQSrvBgp1xnpyNDTwNhpF\n"
    "nupsRUqka3ZElxlBGMxLsyC1fy8WnomgE506qv/A28V8npPauKwGBwwS7ObL1ftb\n"
    "M+mjkgksTHJMA+ZqKVw=\n"
    "-----END PRIVATE KEY-----\n";

/* only SHA-256, MGF1 with SHA-256 and salts of 32 bytes */
static const char file_rsa_pss_limited[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIE8QIBADBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZI\n"
    "hvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASAEggSnMIIEowIBAAKCAQEAsbtZJyvH\n"
    "zGj2hnKtf4BbcNJXQ8dHCcq379ngzqUvV7eWh+Gs3NaNYKWw3kpsAw74KnLwuGaF\n"
    "Utmiw47sL1hHENogvB1hWYxfYNR0dLTj+2qDydc6/Tc7w1H9R+LQPtg7Dk5wsXvS\n"
    "MhNRG9P0K9gkVR9thbY8Sd8zWxzmh6swgy4V6hMyoEuzqgpL4J3PkJLguQYrj5po\n"
    "AKgCLayF+GGJHxco59QbJPjMe5q3KDmVq1Zpxu07hEzFy7bkAfvmni0f4J0qlxhv\n"
    "WYwr0s06SqoJmp5VGDkUiFRW7AZyX03BfrV+YZyGYB9LVY7MMlXpvPVAFA74iEGQ\n"
    "qEIqkI4FxMtCEwIDAQABAoIBADLkB7+hGBkuNuTBgm9fRA+Wkvkr3untW2S42Nei\n"
    "0d8GiPpIgtRLNPknCHFmEu5/Q0z4U3ghluxlt+bSDkvyNYscQkJLEVxwRsE1pFDk\n"
    "mOEdGzZYxCHMRncDi4ghaGqORL6wdDFF2KaRBGj49FH3llOvZ49hYnruh8h/inzv\n"
    "ZjkxJ1LtICD/1aIAz3QXV0Rw+W+48YizARRxKVe+68n0DKpJ8CLi7a59xQRybl4T\n"
    "q93+0+h491RGv/Zb7ApXhdvQr0ImjZzQKj6VcbOF8coNY5J3GGZLgKLc0aupM4NP\n"
    "rGASJcMBrOsohqg14juOo93VIa4lTcKd2Kix5X7c+aqdxTkCgYEA2ghJknpa529c\n"
    "0PGptZLxVzenqUl+aWaRWBA6JOW0afeZzyqkaZMUcQxRet7Mc+94bH28qR/epKYG\n"
    "ew4NSd7hVdfLAMZvcf0gHRmsev39IJ9A7ZCZCAocM1iXqLIYtf9d1gy/Y7yBXy0G\n"
    "9azkGLhKTvTu5aXxMDrFi2EUK88hOXsCgYEA0K5+gT2MdyjZJ+VDfk+B4CZyToxN\n"
    "1PzQE538R4lnwA7E0oH42gUJ2G1WAcohud/mZOul2vU51FPLRAbrw+N15rZZuIpD\n"
    "aQAR0zeKQCtTMr8ZSp3wJ+iZxJRo8Jcjfeq2Pzzhxk4dtcxfA9BOnvrDfZcNhZgn\n"
    "gFX808djMsgkOkkCgYEAg/QGCsdQIsbsBmxrSD+hHibJqpOXFNUFW6WeetwmHwfB\n"
    "p3ZoQJjKA0zwNwuF8xhX6lkCh9yI017Dh0/OzQk9mMVbz6FIq1UFTXdPQrRasJaR\n"
    "JfWgGBR+UrjoOClo+SSOts/KOONJ7L8EekTjWu6V0kk8F/IhEQ5QpfTfz0+xDOcC\n"
    "gYAXxEfUIFZnG9ffm1TcheGczcQm/gO/RivMkCmzXArc7NGtx++3pOtCIvGwsny0\n"
    "1rM+uzfggB1d+U0lKkSfwsAizpHZWqXix4dALwsn08dd+DXBMcuwP+WDZgOtowj/\n"
    "xkOLYDu2gh8QHX6UyJyrrpOlMhbwKCwXibOJyyOZHQJDQQKBgADpJ3LRNrSG1pMI\n"
    "nBoSkd4UFq8FXkxeOUmnDCzrdcFge+4T9GCv/ULZVFNjTd/ns0gTLuuQsg77DIZE\n"
    "ouZYzDkcDE8ijWnVwd358hpRUJWofJ7ux9inLmspTs/Mg8cJ1Iu0nrg6A/bThI8L\n"
    "bktBJ0434wDU6v1Yf+Z/qjvt7wbS\n"
    "-----END PRIVATE KEY-----\n";

/* EC PARAMETERS before it */
static const char file_p256_sec1[] =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIAI0WltC9oqFUbE6/LEXerX9uCOO0Jpgfq8nnjMmYai1oAoGCCqGSM49\n"
    "AwEHoUQDQgAECD/Q+dlvBx+OqpbOgNAGFr7XivscHiSoJdwiOjA5uHBtBVqoopu9\n"
    "95vBQzHcejrqk57xGpWUiA/S6cvLBjr6MA==\n"
    "-----END EC PRIVATE KEY-----\n";

static const char file_p256_pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAjRaW0L2ioVRsTr8\n"
    "sRd6tf24I47QmmB+ryeeMyZhqLWhRANCAAQIP9D52W8HH46qls6A0AYWvteK+xwe\n"
    "JKgl3CI6MDm4cG0FWqiim733m8FDMdx6OuqTnvEalZSID9Lpy8sGOvow\n"
    "-----END PRIVATE KEY-----\n";

/* SEC1 without the public half */
static const char file_p256_no_public[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MDECAQEEIAI0WltC9oqFUbE6/LEXerX9uCOO0Jpgfq8nnjMmYai1oAoGCCqGSM49\n"
    "AwEH\n"
    "-----END EC PRIVATE KEY-----\n";

/* SEC1 with a compressed public half */
static const char file_p256_compressed[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MFcCAQEEIAI0WltC9oqFUbE6/LEXerX9uCOO0Jpgfq8nnjMmYai1oAoGCCqGSM49\n"
    "AwEHoSQDIgACCD/Q+dlvBx+OqpbOgNAGFr7XivscHiSoJdwiOjA5uHA=\n"
    "-----END EC PRIVATE KEY-----\n";

static const char file_p384_pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBtc0AtgIpcMgVR3eWf\n"
    "9JSadZ2tSNLlGSO6COgoXsjrb6GuVa4sV29fil+eXPlrd+KhZANiAASEibhJyd87\n"
    "KInW/B5vm4xYtRiyzorsNKGgh+UX2WqmA6tJ6atJw4ba9/LM2sptWaiYP8217ClT\n"
    "O+QJsIc0mas8KyJSRJEPYZ/RQrYRHUKSG4CUiHbeCj8nEWUw1PHZfOQ=\n"
    "-----END PRIVATE KEY-----\n";

static const char file_p521_pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBc2nPEvO3ZPTVXPUt\n"
    "VmANUZ+WAdlskNqBX62e2HilmtCIPYyiThvuHcHdU35P3bwefcIFGLAFbTNdUZr5\n"
    "l6RTyOKhgYkDgYYABADP2VVtU3GFjIj2Zq8pW5kRtEJnPKsMpIBb9O402yT/QC7U\n"
    "OPbYMWthEBkbQMEM+gxtSHsG3IdTZOTKM5KqYRPQGgHDgKlhBTtc5gDAXE1YW1/I\n"
    "9ZQYw40Yjoy8Gb6GzIMz703lOlfXy7epTm/565KXCC0Wpc3CFjW7BIglj0GFC7UQ\n"
    "cA==\n"
    "-----END PRIVATE KEY-----\n";

static const char file_ed25519[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIH3izONTyW/yozZy3BafRyWzBxRkvjr0IJWkpXSkSKap\n"
    "-----END PRIVATE KEY-----\n";

static const char file_x25519[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VuBCIEIEgNskQ4z7OxnNfRMbnALl9tHKlOlpl4f0aH0b+XBt9b\n"
    "-----END PRIVATE KEY-----\n";

static const char file_secp256k1[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgbGgQBmStM2SV6NB0nK8V\n"
    "krJDCjQTiVv7KB5k2nfb0D6hRANCAAS0JKuAxgMcCmTyUlhh+YKCJ61QH8XsrNu7\n"
    "aBze/sHfOlApEaP2Qa5Xxr7xPiSTV8/XteIFLaAV7HQT0vmBeAqD\n"
    "-----END PRIVATE KEY-----\n";

/* PBES2, AES-256-CBC, HMAC-SHA-256 */
static const char file_enc_256_sha256[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgk75to4A0rqQICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBH3Pbf1JJuG5ZUkiDwtXA4EgZDK\n"
    "dqdh6wYIzO8X0GHF8Q2JrnCbaj7lEu16tLEtYuLv2WXNeI9u0xFgd9wVUnz7t1rU\n"
    "zoUowg5VKZ/DLJGhPCt0g1Vbl874/GzqHi0w+8n/+RuU73h+BVw1XuyMN9oZcNLJ\n"
    "21YpQkR0nY48sR5xNTw+Hv2w2ycNXB5xMybcpLM0eNDjpHAzJJ9ebqdX9SsB+RM=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static const char file_enc_128_sha1[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAjba41wB76sdAICCAAw\n"
    "HQYJYIZIAWUDBAECBBClHmgnCNkebK3JpeDzE1tnBIGQYyq/2e78JAobWk0C6rjv\n"
    "l+X7HHhPYzwbvBKPI6OekRFObDHiNTyv7DceJlWGYaq/SbqB3fChY5tTPf3wPpCE\n"
    "BngqkkLusaMUMrmjf48TVMsLOIgZ3rb4VVTs6/XD3OK9muk6vHARYfw3Cx3shyaL\n"
    "y8fajoG9VBEiUCzKX7aLCat+RdeuXWkykqoG9IZXnaFL\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static const char file_enc_192_sha384[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAja6ri46K6VVAICCAAw\n"
    "DAYIKoZIhvcNAgoFADAdBglghkgBZQMEARYEEIApXeQ1t6KkHmE8m1D1n/IEgZDH\n"
    "RtoO9PaZvh+8CFCmW5voOZzuEqtP5dxraO91nOpkiwSr9W6vSGiHfttXpXNnUX3N\n"
    "s0OUmyKQWuU9zQ+ukdIK+21Tg2T26kpzLpqekp2/i0PlSugrz3RLLNnVBEpafKsi\n"
    "IRyeNfBSmfxeS3gTYG86LCT0FU6B9q4cxq9d9/GxO8zuY+EBHFBSiBcoY9jTsMw=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static const char file_enc_256_sha512[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiPHhrbkkTRXAICCAAw\n"
    "DAYIKoZIhvcNAgsFADAdBglghkgBZQMEASoEEFaqK3rtJf7mi4wnuIG2kRoEgZBb\n"
    "CWYeHU3xo8h2/gsLPz/cC+/3RrWiPG7R3usAKPrxAIKGXXN6rEWuATP2zMr0gLen\n"
    "a3bc1dpLlYWQ4rQsgw/fTBKw1Y6OtKwHqzY4mKee+4rzQO6fTKOh7ZVDUcN1DCJo\n"
    "Bx4Yeckycb98/UJNkO7HF4i8TDNcNN0VAojz0x29VRX3LVwYt9JzISKKyKjfYP8=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* PBES2 with scrypt */
static const char file_enc_scrypt[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAgtQbzcIOm+JgICQAAC\n"
    "AQgCAQEwHQYJYIZIAWUDBAEqBBARrWvC++z0rd3xGTET8yvCBIGQZmE6ZJ6DXBRM\n"
    "JNVtxYloFulxszsSyYEJr8rql9DtLLNgzbQNuLPBkjS0N52+0bIacEcK2gnzkgAG\n"
    "Bq9zbfdAEAGYimjG4cIC+ftqQHRg8CkLCENI6eY4zy3HG/UkPi2ZpM1RNisoONj0\n"
    "WVW0RxuFP/CziKuIZ3ISw7MKBBGZmhcykSIN1chBB8+oJMN7hTld\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* PBES1 with 3DES */
static const char file_enc_pbes1[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGxMBwGCiqGSIb3DQEMAQMwDgQIVLf1J9CcFvoCAggABIGQc1S2NBTs1C3bJCXk\n"
    "O56XQ/MNXUDOj4/1wk65UtlDE4xaFFBRJv8Y7MS1ycIWN0od1oVM4+NgzyQknk2f\n"
    "dRu42mZa9Qdqv6RhAC+TPt75+0HQeT/0Fg+iA5GRx3pBobdtW0meFrUjVN5paxsu\n"
    "pDv3ck/cKAI2M7ZiNvYWRzY9MdGZ/Vh82sD3576zkh/g0uaF\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* Proc-Type: 4,ENCRYPTED */
static const char file_enc_traditional[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-128-CBC,F53F118D207BA6767B62E0A7F0B3E36F\n"
    "\n"
    "FhjCmpRAuESWaubVZ7KUUDkksW99T4opVAQi60wSHEqy/l6EMgvfIV7RjsJsc3VY\n"
    "VL9npqay8mOalx599gVZuVi9qWZmOTUy5sCAmxA/6wEoviXorI8ycBJPYpfJjFsZ\n"
    "qXYUNCWXyt+CET/AULQVvTJRJvfGBNFTjyAjkKochUg=\n"
    "-----END EC PRIVATE KEY-----\n";

#endif
