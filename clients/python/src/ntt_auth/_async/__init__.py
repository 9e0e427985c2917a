"""The REST client that never blocks: the source of `ntt_auth._sync`."""
