"""Which crypto libraries our programs were built with, and what each of them lacks."""

import functools

import pytest
from conftest import KEY_KINDS, run

PROVIDERS = ("mbedtls", "libcrypto")
LACKS = {"mbedtls": ("ed25519",), "libcrypto": ()}
# each provider with each kind of key that it can sign with and verify
KEYED = [(provider, kind) for provider in PROVIDERS for kind in KEY_KINDS
         if kind not in LACKS[provider]]
SIGALGS = {"p256": "ecdsa_secp256r1_sha256", "p384": "ecdsa_secp384r1_sha384",
           "rsa2048": "rsa_pss_rsae_sha256", "ed25519": "ed25519"}


@functools.lru_cache(None)
def _is_built(provider):
    # Nobody listens there, which is found out only after the provider.
    done = run("hs-client", f"--provider={provider}", "127.0.0.1:1", code=None)
    return done.returncode == 3


def need_provider(provider):
    if not _is_built(provider):
        pytest.skip(f"built without the provider {provider}")
